import type { QuestionResult } from './questions/question';
import { type Report, summaryOf } from './report';

/** In a table's cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

/** A question may be asked, and stay open. */
const answerOf = ({ answer, evidence }: QuestionResult): string =>
  answer ?? (evidence.length > 0 ? 'open' : 'not asked');

/** The report for people. */
export function markdownOf(report: Report): string {
  const { where, region, account, deployedBy, startedAt, minutes, version, steps, questions, left } = report;
  const isAws = where === 'AWS';
  return `${[
    `# cdk-ecr-oci-remediation ${version}: a run against ${where}`,
    '',
    ...(isAws ? [] : ['Not a run on AWS: what this endpoint answers says nothing about what AWS answers.', '']),
    `${startedAt}, ${minutes} minutes, Region ${region}, account ${account}, deployed by ${deployedBy}.`,
    `${summaryOf(report)}.`,
    '',
    '## Steps',
    '',
    row('Step', 'Outcome', 'Seconds', 'What was seen'),
    '| --- | --- | --- | --- |',
    ...steps.map(({ name, outcome, seconds, detail }) => row(name, outcome, `${seconds}`, detail)),
    '',
    '## Questions',
    '',
    'The questions of docs/live-questions.md.',
    '',
    row('', 'Question', 'Answer', 'What it means, or why there is none'),
    '| --- | --- | --- | --- |',
    ...questions.map((one) => row(`${one.number}`, one.text, answerOf(one), one.meaning)),
    '',
    '## Evidence',
    '',
    ...questions
      .filter(({ evidence }) => evidence.length > 0)
      .flatMap(({ number, evidence }) => [`Question ${number}:`, '', '```text', ...evidence, '```', '']),
    '## Left behind',
    '',
    ...(left.length === 0
      ? ['Nothing that the run made for itself.']
      : left.map(({ what, why, command }) => `- ${what} (${cell(why)}): \`${command}\``)),
  ].join('\n')}\n`;
}
