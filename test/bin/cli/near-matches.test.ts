import { nearMatches } from '../../../bin/cli/near-matches';

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
