import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REFUSAL_REASONS, SKIP_REASONS } from '../lambda/core/reasons';

const outcomes = readFileSync(join(__dirname, '..', 'docs', 'outcomes.md'), 'utf8');
const section = (name: string) => outcomes.split(/^## /m).find((part) => part.startsWith(name)) ?? '';
const listed = (name: string) =>
  [...section(name).matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, reason]) => reason).sort();

test('docs/outcomes.md lists every reason, and no other', () => {
  expect(listed('Skipped')).toEqual(Object.keys(SKIP_REASONS).sort());
  expect(listed('Refused')).toEqual(Object.keys(REFUSAL_REASONS).sort());
});
