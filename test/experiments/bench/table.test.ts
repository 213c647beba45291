import { markdownTables, short, textTable } from './table';

const groups = [
  {
    name: 'cli',
    rows: [
      {
        what: 'check',
        unit: 's',
        ours: [1, 3],
        against: { what: 'aws | jq', values: [2, 2] },
        goal: { atMost: 0.5 },
      },
    ],
  },
];

test.each([
  [0.123456, '0.123'],
  [99.96, '100'],
  [1_234_567, '1,234,567'],
])('%d is %s', (value, text) => {
  expect(short(value)).toBe(text);
});

test('a row has the medians, the ratio with its spread, and the goal', () => {
  expect(markdownTables(groups).split('\n').at(-1)).toBe(
    '| check | s | 2 | aws \\| jq | 2 | 1 | 0.5–1.5 | ≤ 0.5 | MISSED |',
  );
  expect(textTable(groups)).toMatch(/cli: check.*0\.5–1\.5.*MISSED/);
});
