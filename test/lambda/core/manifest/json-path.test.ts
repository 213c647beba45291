import { formatPath, quote } from '../../../../lambda/core/manifest/json-path';

const HALF_OF_AN_EMOJI = '\u{1f600}'.slice(0, 1);

test.each<[unknown, string]>([
  ['', '""'],
  ['a "b" \n c', '"a \\"b\\" \\n c"'],
  ['x'.repeat(78), `"${'x'.repeat(78)}"`],
  ['x'.repeat(79), `"${'x'.repeat(79)}…`],
  ['x'.repeat(1_000_000), `"${'x'.repeat(79)}…`],
  [`${'x'.repeat(78)}\u{1f600}`, `"${'x'.repeat(78)}\ufffd…`],
  [HALF_OF_AN_EMOJI, '"\ufffd"'],
  [12, '12'],
  [null, 'null'],
  [{ toString: () => '9'.repeat(80) }, '9'.repeat(80)],
  [{ toString: () => '9'.repeat(81) }, `${'9'.repeat(80)}…`],
])('quotes a value on one line, whole up to 80 characters (%#)', (value, quoted) => {
  expect(quote(value)).toBe(quoted);
  expect(quote(value).isWellFormed()).toBe(true);
});

test.each<[(string | number)[], string]>([
  [[], '$'],
  [['layers', 0, 'digest'], '$.layers[0].digest'],
  [['_a1', 'B2'], '$._a1.B2'],
  [['x'.repeat(80)], `$.${'x'.repeat(80)}`],
  [['x'.repeat(81)], `$['${'x'.repeat(79)}']`],
  [['a.b', 'c d', '1a', ''], "$['a.b']['c d']['1a']['']"],
  [['a-b', 'ab!', '!ab', 'é'], "$['a-b']['ab!']['!ab']['é']"],
  [["it's 'it'"], "$['it\\'s \\'it\\'']"],
  [['a\nb'], "$['a\\nb']"],
])('writes the path %j as %s', (path, text) => {
  expect(formatPath(path)).toBe(text);
});

test('a path is whole up to 400 characters', () => {
  const steps = (count: number) => Array.from({ length: count }, () => 'abc');
  expect(formatPath([...steps(99), 'ab'])).toBe(`$${'.abc'.repeat(99)}.ab`);
  expect(formatPath([...steps(99), 'ab'])).toHaveLength(400);
  expect(formatPath([...steps(99), 'abc'])).toBe(`$${'.abc'.repeat(99)}.ab…`);
  expect(formatPath([...steps(99), '\u{1f600}'])).toBe(`$${'.abc'.repeat(99)}['\ufffd…`);
});
