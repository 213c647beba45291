import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUESTIONS } from './questions';

const page = readFileSync(join(__dirname, '../../../docs/live-questions.md'), 'utf8');
/** The number and the text of each question, and what follows it. */
const [, ...parts] = page.split(/^\*\*(?=\d+\. )/m);
const onPage = parts.map((part) => {
  const [, number, text = '', rest = ''] = /^(\d+)\. ([\s\S]+?)\*\*([\s\S]*)$/.exec(part) ?? [];
  return { number: Number(number), text: text.replace(/\s+/g, ' '), rest };
});

/** `ecr:BatchGetImage` for `aws ecr batch-get-image`. */
const callsIn = (text: string): readonly string[] =>
  [...text.matchAll(/\baws ([a-z0-9]+) ([a-z-]+)/g)].map(([, service, operation = '']) => {
    const name = operation.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());
    return `${service}:${name}`;
  });

test('docs/live-questions.md and the code have the same questions', () => {
  expect(onPage.length).toBeGreaterThan(15);
  expect(QUESTIONS.map(({ number, text }) => ({ number, text }))).toEqual(
    onPage.map(({ number, text }) => ({ number, text })),
  );
});

test.each(onPage)('the calls of question $number on the page are those of the code', ({ number, rest }) => {
  const { calls = [] } = QUESTIONS.find((question) => question.number === number) ?? {};
  expect(callsIn(rest).filter((call) => !calls.includes(call))).toEqual([]);
});

test('a call on the page is recognized', () => {
  expect(callsIn('aws ecr batch-get-image --x; aws inspector2 list-usage-totals')).toEqual([
    'ecr:BatchGetImage',
    'inspector2:ListUsageTotals',
  ]);
});
