import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEPT_REASONS } from '../../bin/commands/remove-companions/kept-reasons';
import { CONSUMER_IDS, CONSUMERS } from '../../bin/inventory/consumers';
import { findingsOf } from '../../bin/inventory/findings';
import { TAG_STATES } from '../../bin/inventory/row';
import { runCli, useNoAwsConfiguration } from '../support/run-cli';

useNoAwsConfiguration();

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'cli.md'), 'utf8');
const optionsIn = (text: string) => new Set(text.match(/--[a-z][a-z-]+(?=[\s`,<(])/g));
const section = (name: string) => page.split(/^## /m).find((part) => part.startsWith(`${name}\n`)) ?? '';

test('docs/cli.md has every option of every command, and no other', async () => {
  const help = await runCli(['--help']);
  const commands = [...help.stdout.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name = '']) => name);
  expect(commands.length).toBeGreaterThan(5);
  const helps = await Promise.all(commands.map((name) => runCli([name, '--help'])));
  const usages = helps.map(({ stdout }) => /^Options:\n([\s\S]*?)\n\n/m.exec(stdout)?.[1] ?? '');
  const known = optionsIn(usages.join('\n'));
  known.delete('--help');
  // These two are of other programs.
  const documented = optionsIn(page);
  for (const other of ['--output', '--raw']) documented.delete(other);
  expect([...documented].sort()).toEqual([...known].sort());
  expect(commands.filter((name) => section(name) === '')).toEqual([]);
});

test.each([
  ['scan', 'state of a companion', TAG_STATES],
  ['remove-companions', 'reason to keep a tag', KEPT_REASONS],
])('docs/cli.md, %s, has every %s, with its meaning', (name, _what, meanings) => {
  const rows = [...section(name).matchAll(/^\| `([a-z-]+)`.* \| (.*) \|$/gm)].map(([, one, meaning]) => [one, meaning]);
  expect(rows).toEqual(Object.entries(meanings));
});

test('docs/cli.md has all that is known about each service, with its page and date, and no more', () => {
  const lines = section('check').match(/^\| `(?!--).*$/gm) ?? [];
  const known = CONSUMER_IDS.flatMap((id) =>
    findingsOf(id).map(
      ({ what, evidence: { url, date } }) => `| \`${id}\` | ${CONSUMERS[id].name} | ${what} | [${date}](${url}) |`,
    ),
  );
  expect(lines).toEqual(known);
});
