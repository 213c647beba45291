import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import Table from 'cli-table3';
import { Command, InvalidArgumentError } from 'commander';
import { OciImageRemediationStack, RemediationAlarm } from '../../../lib';
import { UNPACED } from '../../support/assembly';
import { runYear, type YearResult } from './year';

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('expected a whole number above 0.');
}

async function run(options: { days: number; operator: boolean; json?: boolean }): Promise<void> {
  const outdir = mkdtempSync(join(tmpdir(), 'year-'));
  const app = new App({ outdir });
  new OciImageRemediationStack(app, 'OciImageRemediation', {
    ...UNPACED,
    disabledAlarms: [RemediationAlarm.OCI_IMAGES_PUSHED],
  });
  const progress = (line: string) => process.stderr.write(`${line}\n`);
  try {
    const { days, operator } = options;
    const result = await runYear({ assembly: app.synth().directory, days, hasOperator: operator, progress });
    console.log(options.json ? JSON.stringify(result, null, 2) : textOf(result));
    const { sourcesLost, deadLetters, alarmsInVain, companionsMissing, pullTimesChanged } = result;
    const isHarmless = [sourcesLost, alarmsInVain, companionsMissing].every(({ length }) => length === 0);
    process.exitCode = isHarmless && deadLetters === 0 && pullTimesChanged === 0 ? 0 : 1;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function textOf(result: YearResult): string {
  const table = new Table({ style: { head: [], border: [] }, colAligns: ['left', 'right'] });
  table.push(
    ['pushes', result.pushes],
    ['events that ECR lost', result.lostEvents],
    ['audits of a repository', result.audits],
    ...Object.entries(result.outcomes),
    ['alarms', result.alarms.length],
    ['alarms that nobody can act on', result.alarmsInVain.length],
    ['sources lost', result.sourcesLost.length],
    ['dead letters', result.deadLetters],
    ['companions missing at the end', result.companionsMissing.length],
    ['images with a pull time', result.pullTimesChanged],
  );
  const problems = [...result.sourcesLost, ...result.alarmsInVain, ...result.companionsMissing];
  return [...result.alarms, table.toString(), ...problems.slice(0, 20)].join('\n');
}

const program = new Command('npm run year --')
  .description(
    'Lets a year pass in a laptop-sized account with common lifecycle policies, denials, caches and archives, beside a twin without the service. Exits with 1 if a source is lost, a message is a dead letter, or an alarm goes off that nobody can act on.',
  )
  .option('--days <n>', 'how many days pass', wholeNumber, 365)
  .option('--no-operator', 'nobody acts on alarms')
  .option('--json', 'print the result as JSON')
  .action(run);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
