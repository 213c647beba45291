import { matchesGlob } from '../../../../lambda/core/companion/glob';

test.each([
  ['*', ''],
  ['*', 'team/app'],
  ['team/*', 'team/app'],
  ['team/*', 'team/a/b'],
  ['team/*', 'team/'],
  ['*/app', 'team/app'],
  ['team/*/app', 'team/x/app'],
  ['a*b*c', 'aXbYc'],
  ['a*b*c', 'abc'],
  ['a*b*c', 'abbc'],
  ['*ab*', 'xxabyy'],
  ['*ab*', 'abyy'],
  ['team/app', 'team/app'],
  ['', ''],
])('%p matches %p', (pattern, text) => {
  expect(matchesGlob(pattern, text)).toBe(true);
});

test.each([
  ['team/app', 'team/apps'],
  ['team/app', 'xteam/app'],
  ['team/*', 'team'],
  ['team/*', 'steam/app'],
  ['*/app', 'team/apps'],
  ['a*b*c', 'acb'],
  ['a*c*b', 'abc'],
  ['ab*ba', 'aba'],
  ['a*a', 'a'],
  ['a*b*b', 'ab'],
  ['*b*a*', 'ab'],
  ['', 'x'],
])('%p does not match %p', (pattern, text) => {
  expect(matchesGlob(pattern, text)).toBe(false);
});

test('takes linear time, whatever the pattern', () => {
  const pattern = `${'a*'.repeat(60)}b`;
  expect(matchesGlob(pattern, 'a'.repeat(100_000))).toBe(false);
});
