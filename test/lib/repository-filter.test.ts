import { Lazy } from 'aws-cdk-lib';
import { RepositoryFilter } from '../../lib';

const token = Lazy.string({ produce: () => 'later' });

test.each(['ab', 'team/app', 'a.b_c-d/e1', 'team__app', 'my---app', 'x'.repeat(256)])('takes the name %s', (name) => {
  expect(RepositoryFilter.named(name)._eventMatcher).toBe(name);
});

test('takes a name that is known only at deployment', () => {
  expect(RepositoryFilter.named(token)._eventMatcher).toBe(token);
});

test.each([
  ['team/*', { prefix: 'team/' }],
  ['a*', { prefix: 'a' }],
  ['*/app', { wildcard: '*/app' }],
  ['team/*/app-*', { wildcard: 'team/*/app-*' }],
])('matches %s by %j', (pattern, matcher) => {
  expect(RepositoryFilter.matching(pattern)._eventMatcher).toEqual(matcher);
});

test.each([
  ['', /name '' has 0 characters; expected 2 to 256/],
  ['a', /has 1 characters; expected 2 to 256/],
  ['x'.repeat(257), /has 257 characters; expected 2 to 256/],
  ['Team/app', /name 'Team\/app' is not allowed by Amazon ECR; expected lowercase/],
  ['team//app', /is not allowed/],
  ['/team', /is not allowed/],
  ['team-', /is not allowed/],
  ['team..app', /is not allowed/],
  ['team___app', /is not allowed/],
  ['team-_app', /is not allowed/],
  ['team app', /is not allowed/],
  ['team:app', /is not allowed/],
  ['team/*', /name 'team\/\*' has a '\*'.*RepositoryFilter.matching\(\)/],
])('refuses the name %j', (name, message) => {
  expect(() => RepositoryFilter.named(name)).toThrow(message);
});

test.each([
  ['*', /matches every repository; expected RepositoryFilter.all\(\)/],
  ['team/app', /has no '\*'; expected one, or RepositoryFilter.named\('team\/app'\)/],
  ['Team/*', /cannot match any repository name/],
  ['team/?*', /cannot match any repository name/],
  ['team/**', /has '\*\*'; expected a single '\*'/],
  [`${'x'.repeat(256)}*`, /pattern .* has 257 characters/],
  [token, /is a token/],
])('refuses the pattern %j', (pattern, message) => {
  expect(() => RepositoryFilter.matching(pattern)).toThrow(message);
});

test.each([
  ['team/*', 'team/app', true],
  ['team/*', 'team/a*', true],
  ['team/*', 'team-2/app', false],
  ['team/a*', 'team/*', false],
  ['*/app', 'team/app', true],
  ['a.b*', 'acb1*', false],
  ['team/*', 'team/*', true],
])('%s covers %s: %s', (wide, narrow, covers) => {
  const filter = (name: string) =>
    name.includes('*') ? RepositoryFilter.matching(name) : RepositoryFilter.named(name);
  expect(filter(wide)._covers(filter(narrow))).toBe(covers);
});
