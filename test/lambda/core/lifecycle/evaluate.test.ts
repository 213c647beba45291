import { evaluate, type LifecycleImage } from '../../../../lambda/core/lifecycle/evaluate';
import type { LifecyclePolicy } from '../../../../lambda/core/lifecycle/policy';
import {
  daysAgo,
  image,
  keepArchived,
  keepDays,
  keepNewest,
  keepPulled,
  NOW,
  policyOf,
} from '../../../support/lifecycle-images';

const lostBy = (policy: LifecyclePolicy, ...images: readonly LifecycleImage[]): string[] =>
  [...evaluate(policy, images, NOW)].flatMap(([digest, { kind }]) => (kind === 'keep' ? [] : [digest])).sort();

describe('exactly at the limit', () => {
  test('as many images as the count stay, one more loses the oldest', () => {
    const images = [image('a', ['v1'], 3), image('b', ['v2'], 2), image('c', ['v3'], 1)];
    expect(lostBy(policyOf(keepNewest(3, 'any')), ...images)).toEqual([]);
    expect(lostBy(policyOf(keepNewest(2, 'any')), ...images)).toEqual(['a']);
  });

  const justOver = 1 / 86_400_000;

  test('an image pushed N days ago stays, one a millisecond older does not', () => {
    const images = [image('at', ['v1'], 14), image('over', ['v2'], 14 + justOver)];
    expect(lostBy(policyOf(keepDays(14, 'any')), ...images)).toEqual(['over']);
  });

  test('an image pulled N days ago stays, one a millisecond earlier does not', () => {
    const images = [
      image('at', ['v1'], 99, { lastPulledAt: daysAgo(14) }),
      image('over', ['v2'], 99, { lastPulledAt: daysAgo(14) - 1 }),
    ];
    expect(lostBy(policyOf(keepPulled(14, 'any')), ...images)).toEqual(['over']);
  });

  test('an image archived N days ago stays, one a millisecond earlier does not', () => {
    const archived = { storageClass: 'archive' } as const;
    const images = [
      image('at', ['v1'], 200, { ...archived, archivedAt: daysAgo(90) }),
      image('over', ['v2'], 200, { ...archived, archivedAt: daysAgo(90) - 1 }),
      image('since when is not known', ['v3'], 90 + justOver, archived),
    ];
    expect(lostBy(policyOf(keepArchived(90, 'any')), ...images)).toEqual(['over', 'since when is not known']);
  });
});

describe('the time that counts', () => {
  test('a restored image is as young as its restoration in the order, and as old as its push in days', () => {
    const images = [image('restored', ['v1'], 30, { activatedAt: daysAgo(1) }), image('plain', ['v2'], 2)];
    expect(lostBy(policyOf(keepNewest(1, 'any')), ...images)).toEqual(['plain']);
    expect(lostBy(policyOf(keepDays(29, 'any')), ...images)).toEqual(['restored']);
  });

  test('a restored image that was pulled only before counts from its restoration', () => {
    const restored = { lastPulledAt: daysAgo(90), activatedAt: daysAgo(10) };
    const images = [
      image('restored', ['v1'], 200, restored),
      image('pulled since', ['v2'], 200, { lastPulledAt: daysAgo(5), activatedAt: daysAgo(10) }),
    ];
    expect(lostBy(policyOf(keepPulled(10, 'any')), ...images)).toEqual([]);
    expect(lostBy(policyOf(keepPulled(9, 'any')), ...images)).toEqual(['restored']);
    expect(lostBy(policyOf(keepPulled(4, 'any')), ...images)).toEqual(['pulled since', 'restored']);
  });

  test('an image that was never pulled counts from its push, restored or not', () => {
    const images = [image('a', ['v1'], 30), image('b', ['v2'], 30, { activatedAt: daysAgo(1) })];
    expect(lostBy(policyOf(keepPulled(29, 'any')), ...images)).toEqual(['a', 'b']);
    expect(lostBy(policyOf(keepPulled(30, 'any')), ...images)).toEqual([]);
  });

  test('a rule by push time does not care for pulls', () => {
    expect(lostBy(policyOf(keepDays(29, 'any')), image('a', ['v1'], 30, { lastPulledAt: NOW }))).toEqual(['a']);
  });

  test('among images of one time the order is that of their digests, in whatever order they are listed', () => {
    const [a, b, c] = [image('a', ['v1'], 1), image('b', ['v2'], 1), image('c', ['v3'], 1)];
    for (const images of [
      [a, b, c],
      [c, b, a],
      [b, a, c],
    ]) {
      expect(lostBy(policyOf(keepNewest(2, 'any')), ...images)).toEqual(['a']);
    }
  });
});

describe('which images a rule selects', () => {
  const images = [
    image('untagged', [], 9),
    image('v1', ['v1'], 8),
    image('two tags', ['v2', 'latest'], 7),
    image('latest', ['latest-1'], 6),
  ];

  test.each([
    ['any image', keepDays(1, 'any'), ['latest', 'two tags', 'untagged', 'v1']],
    ['untagged images', keepDays(1, 'untagged'), ['untagged']],
    ['any tag', keepDays(1, ['*']), ['latest', 'two tags', 'v1']],
    ['a pattern', keepDays(1, ['v*']), ['two tags', 'v1']],
    ['an exact tag', keepDays(1, ['latest']), ['two tags']],
    ['two patterns', keepDays(1, ['v*', 'latest']), ['two tags']],
  ])('%s', (_, selection, lost) => {
    expect(lostBy(policyOf(selection), ...images)).toEqual(lost);
  });

  test('a prefix is a pattern with a wildcard after it', () => {
    const { tagPatternList: _, ...selection } = keepDays(1, ['x']);
    expect(lostBy(policyOf({ ...selection, tagPrefixList: ['latest'] }), ...images)).toEqual(['latest', 'two tags']);
    expect(lostBy(policyOf({ ...selection, tagPrefixList: ['latest', 'v'] }), ...images)).toEqual(['two tags']);
  });

  test('archived images only if it is for them', () => {
    const archived = image('archived', ['v0'], 900, { storageClass: 'archive', archivedAt: daysAgo(800) });
    expect(lostBy(policyOf(keepDays(1, ['v*'])), archived)).toEqual([]);
    expect(lostBy(policyOf(keepArchived(90, ['v*'])), archived)).toEqual(['archived']);
    expect(lostBy(policyOf(keepArchived(90, ['x*'])), archived)).toEqual([]);
    expect(lostBy(policyOf(keepNewest(1, ['v*'])), archived, image('new', ['v1'], 1000))).toEqual([]);
  });
});

describe('two rules that select the same image', () => {
  test('the rule of higher priority decides, even if it keeps the image', () => {
    const images = [image('a', ['latest', 'v1'], 50), image('b', ['v2'], 60)];
    const policy = policyOf(keepNewest(1, ['latest']), keepDays(30, ['v*']));
    expect(lostBy(policy, ...images)).toEqual(['b']);
    expect(lostBy(policyOf(keepDays(30, ['v*']), keepNewest(1, ['latest'])), ...images)).toEqual(['a', 'b']);
  });

  test('an image that is lost names the rule, and the action', () => {
    const [only] = policyOf(keepPulled(30, 'any'));
    expect(evaluate(only ? [only] : [], [image('a', [], 31)], NOW).get('a')).toEqual({ kind: 'archive', rule: only });
  });
});

test('an image that an index references stays, and counts', () => {
  const images = [image('child', [], 9, { isReferenced: true }), image('v1', ['v1'], 10), image('v2', ['v2'], 8)];
  expect(lostBy(policyOf(keepNewest(2, 'any')), ...images)).toEqual(['v1']);
  expect(lostBy(policyOf(keepDays(1, 'any')), ...images)).toEqual(['v1', 'v2']);
});

test('looks at each image once for each rule', () => {
  let looks = 0;
  const images = Array.from({ length: 10_000 }, (_, at) => {
    const one = image(`sha256:${at}`, [], at);
    return Object.defineProperty(one, 'tags', {
      get: () => {
        looks += 1;
        return [`v${at}`];
      },
    });
  });
  const fates = evaluate(policyOf(keepNewest(5, ['x*']), keepNewest(9_000, ['v*'])), images, NOW);
  expect([...fates.values()].filter(({ kind }) => kind === 'expire')).toHaveLength(1_000);
  expect(looks).toBe(20_000);
});
