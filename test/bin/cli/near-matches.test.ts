import fc from 'fast-check';
import { editDistance, nearMatches } from '../../../bin/cli/near-matches';

test.each([
  ['', '', 0],
  ['v1', 'v1', 0],
  ['v1', 'v2', 1],
  ['lates', 'latest', 1],
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
])('from %s to %s it is %d', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

test('it is a metric', () => {
  const word = fc.string({ maxLength: 12, unit: 'grapheme-ascii' });
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(editDistance(a, c) + editDistance(c, b));
    }),
  );
});

test('typing errors come first, then names that have the word in them, and no others', () => {
  expect(nearMatches('lates', ['v1', 'latest', 'lates-2024', 'main'])).toEqual(['latest', 'lates-2024']);
  expect(nearMatches('app', ['team/app', 'other/thing', 'apps'])).toEqual(['apps', 'team/app']);
  expect(nearMatches('team/app', ['tema/app', 'app'])).toEqual(['tema/app', 'app']);
  expect(
    nearMatches(
      '1.2.0',
      Array.from({ length: 20 }, (_, at) => `v1.2.0-${at}`),
    ),
  ).toHaveLength(5);
});
