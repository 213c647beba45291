import { RecentPolicies } from '../../../lambda/ecr/lifecycle';
import { Recent } from '../../../lambda/ecr/recent';
import { RecentTags } from '../../../lambda/ecr/resource-tags';

const NOW = Date.UTC(2026, 10, 1);
beforeEach(() => jest.useFakeTimers({ now: NOW }));
afterEach(() => jest.useRealTimers());

test.each([
  ['policies', new RecentPolicies(), 3_600_000],
  ['tags', new RecentTags(), 300_000],
])('%s are as old as they may be', (_, recent, maxAgeMs) => {
  expect(recent.maxAgeMs).toBe(maxAgeMs);
});

test('what was read is forgotten when it is too old', () => {
  const recent = new Recent<string>(1_000);
  recent.set('a', 'read');
  jest.setSystemTime(NOW + 999);
  expect(recent.get('a')).toBe('read');
  jest.setSystemTime(NOW + 1_000);
  expect(recent.get('a')).toBeUndefined();
});

test('1,000 repositories are remembered, those that were read last', () => {
  const recent = new Recent<number>(1_000);
  for (let n = 0; n < 1_000; n += 1) recent.set(`r${n}`, n);
  recent.set('r0', 0);
  recent.set('more', -1);
  expect(['r0', 'r1', 'r2', 'more'].map((name) => recent.get(name))).toEqual([0, undefined, 2, -1]);
});

test('one is forgotten on request, unless it was read again', () => {
  const recent = new Recent<string>(1_000);
  recent.set('a', 'first');
  recent.forget('a', 'another');
  recent.forget('b', 'first');
  expect(recent.get('a')).toBe('first');
  recent.forget('a', 'first');
  expect(recent.get('a')).toBeUndefined();
});

test('what was read before a moment is forgotten, and what was read at it stays', () => {
  const recent = new Recent<string>(1_000);
  recent.set('a', 'read');
  recent.forgetBefore('a', NOW);
  recent.forgetBefore('b', NOW + 1);
  expect(recent.get('a')).toBe('read');
  recent.forgetBefore('a', NOW + 1);
  expect(recent.get('a')).toBeUndefined();
});
