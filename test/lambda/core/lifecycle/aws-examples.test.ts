import { evaluate, type LifecycleImage } from '../../../../lambda/core/lifecycle/evaluate';
import type { LifecyclePolicy } from '../../../../lambda/core/lifecycle/policy';
import {
  ARCHIVE,
  daysAgo,
  image,
  keepArchived,
  keepDays,
  keepNewest,
  keepPulled,
  NOW,
  policyOf,
  rule,
  understood,
} from '../../../support/lifecycle-images';

/**
 * The examples of https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html. Those with a repository have its
 * contents and AWS's result; the others are only a policy there, so their images are ours.
 */
const fatesOf = (policy: LifecyclePolicy, images: readonly LifecycleImage[]): Record<string, string> =>
  Object.fromEntries(
    [...evaluate(policy, images, NOW)].flatMap(([digest, fate]) =>
      fate.kind === 'keep' ? [] : [[digest, `${fate.kind} by rule ${fate.rule.rulePriority}`]],
    ),
  );

test('filtering on image age: prod* older than 14 days', () => {
  const images = [image('old', ['prod1'], 15), image('new', ['prod2'], 13), image('other', ['beta'], 99)];
  expect(fatesOf(policyOf(keepDays(14, ['prod*'])), images)).toEqual({ old: 'expire by rule 1' });
});

test.each(['filtering on last pulled time', 'archiving images not pulled in a specified number of days'])(
  '%s: not pulled in 90 days',
  () => {
    const images = [
      image('pulled', ['a'], 200, { lastPulledAt: daysAgo(89) }),
      image('unused', ['b'], 200, { lastPulledAt: daysAgo(91) }),
      image('never pulled', [], 91),
      image('new', ['c'], 89),
    ];
    expect(fatesOf(policyOf(keepPulled(90, 'any')), images)).toEqual({
      unused: 'archive by rule 1',
      'never pulled': 'archive by rule 1',
    });
  },
);

test('filtering on archive transition time: archived more than 365 days ago', () => {
  const images = [
    image('long ago', ['a'], 900, { storageClass: 'archive', archivedAt: daysAgo(366) }),
    image('lately', ['b'], 900, { storageClass: 'archive', archivedAt: daysAgo(364) }),
    image('standard', ['c'], 900),
  ];
  expect(fatesOf(policyOf(keepArchived(365, 'any')), images)).toEqual({ 'long ago': 'expire by rule 1' });
});

test('filtering on image count: one untagged image stays', () => {
  const images = [image('a', [], 3), image('b', [], 2), image('c', [], 1), image('tagged', ['v1'], 9)];
  expect(fatesOf(policyOf(keepNewest(1, 'untagged')), images)).toEqual({
    a: 'expire by rule 1',
    b: 'expire by rule 1',
  });
});

describe('filtering on multiple rules', () => {
  const images = [image('A', ['beta-1', 'prod-1'], 10), image('B', ['beta-2', 'prod-2'], 9), image('C', ['beta-3'], 8)];

  test('example A: image B stays, as rule 1 wants it', () => {
    const policy = policyOf(keepNewest(1, ['prod*']), keepNewest(1, ['beta*']));
    expect(fatesOf(policy, images)).toEqual({ A: 'expire by rule 1' });
  });

  test('example B: rule 1 has claimed all images, so rule 2 expires none', () => {
    const policy = policyOf(keepNewest(1, ['beta*']), keepNewest(1, ['prod*']));
    expect(fatesOf(policy, images)).toEqual({ A: 'expire by rule 1', B: 'expire by rule 1' });
  });
});

describe('filtering on multiple tags in a single rule', () => {
  test('example A: an image must match all patterns', () => {
    const images = [
      image('A', ['alpha-1'], 12),
      image('B', ['beta-1'], 11),
      image('C', ['alpha-2', 'beta-2'], 10),
      image('D', ['alpha-3'], 4),
      image('E', ['beta-3'], 3),
      image('F', ['alpha-4', 'beta-4'], 2),
    ];
    expect(fatesOf(policyOf(keepDays(5, ['alpha*', 'beta*'])), images)).toEqual({ C: 'expire by rule 1' });
  });

  test('example B: an image may have other tags too', () => {
    const images = [
      image('A', ['alpha-1', 'beta-1', 'gamma-1'], 10),
      image('B', ['alpha-2', 'beta-2'], 9),
      image('C', ['alpha-3', 'beta-3', 'gamma-2'], 8),
    ];
    expect(fatesOf(policyOf(keepNewest(1, ['alpha*', 'beta*'])), images)).toEqual({
      A: 'expire by rule 1',
      B: 'expire by rule 1',
    });
  });
});

describe('filtering on all images', () => {
  test('example A: only the newest image stays', () => {
    const images = [
      image('A', ['alpha-1'], 4),
      image('B', ['beta-1'], 3),
      image('C', [], 2),
      image('D', ['alpha-2'], 1),
    ];
    expect(fatesOf(policyOf(keepNewest(1, 'any')), images)).toEqual({
      A: 'expire by rule 1',
      B: 'expire by rule 1',
      C: 'expire by rule 1',
    });
  });

  // D and E are as old as each other there, to the day. D expires only because E, which rule 2 has claimed, counts in rule 3.
  test('example B: claimed images count, and exactly one day is not older than one day', () => {
    const images = [
      image('A', ['alpha-1', 'beta-1'], 4),
      image('B', [], 3),
      image('C', ['alpha-2'], 2),
      image('D', ['git hash'], 1),
      image('E', [], 1),
    ];
    const policy = policyOf(keepNewest(1, ['alpha*']), keepDays(1, 'untagged'), keepNewest(1, 'any'));
    expect(fatesOf(policy, images)).toEqual({ A: 'expire by rule 1', B: 'expire by rule 2', D: 'expire by rule 3' });
  });
});

test('archiving images older than a specified number of days', () => {
  const policy = understood(JSON.stringify({ rules: [rule(1, keepDays(30, ['prod*']), ARCHIVE)] }));
  expect(fatesOf(policy, [image('old', ['prod-1'], 31), image('new', ['prod-2'], 29)])).toEqual({
    old: 'archive by rule 1',
  });
});

test('combining archive and expire rules: each selects the images of its storage class', () => {
  const policy = understood(
    JSON.stringify({ rules: [rule(1, keepDays(30, 'any'), ARCHIVE), rule(2, keepArchived(365, 'any'))] }),
  );
  const images = [
    image('old', ['v2'], 31),
    image('new', ['v3'], 29),
    image('archived long ago', ['v0'], 500, { storageClass: 'archive', archivedAt: daysAgo(366) }),
    image('archived', ['v1'], 400, { storageClass: 'archive', archivedAt: daysAgo(364) }),
  ];
  expect(fatesOf(policy, images)).toEqual({ old: 'archive by rule 1', 'archived long ago': 'expire by rule 2' });
});
