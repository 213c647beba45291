import { type Impact, impactOf, type PlannedCompanion } from '../../../../lambda/core/lifecycle/impact';
import type { LifecycleSelection } from '../../../../lambda/core/lifecycle/policy';
import { image, keepDays, keepNewest, keepPulled, NOW, policyOf } from '../../../support/lifecycle-images';

const sources = (count: number) =>
  Array.from({ length: count }, (_, at) => image(`s${at + 1}`, [`v${at + 1}`], count - at));
const companionOf = (at: number, more: Partial<PlannedCompanion> = {}): PlannedCompanion => ({
  tag: `v${at}-dockerv2`,
  sourceDigest: `s${at}`,
  ...more,
});
const companions = (count: number) => Array.from({ length: count }, (_, at) => companionOf(at + 1));
const summaryOf = ({ lost, companionsLost, crowding }: Impact) => ({
  lost: lost.map(({ image, fate }) => `${image.digest} ${fate.kind} ${fate.rule.rulePriority}`),
  companionsLost: companionsLost.map(
    ({ companion, fate }) => `${companion.tag} ${fate.kind} ${fate.rule.rulePriority}`,
  ),
  crowding: crowding.map(({ rule, keepsNow, keepsThen }) => [rule.rulePriority, keepsNow, keepsThen]),
});
const nothing = { lost: [], companionsLost: [], crowding: [] };

test('ten sources and their ten new companions: a rule that keeps ten images loses all sources', () => {
  const { lost, companionsLost, crowding } = summaryOf(
    impactOf(policyOf(keepNewest(10, 'any')), sources(10), companions(10), NOW),
  );
  expect(lost).toEqual(Array.from({ length: 10 }, (_, at) => `s${at + 1} expire 1`));
  expect(companionsLost).toEqual([]);
  expect(crowding).toEqual([[1, 10, 5]]);
});

test('what goes without companions too is not their fault', () => {
  expect(summaryOf(impactOf(policyOf(keepNewest(3, 'any')), sources(4), [companionOf(4)], NOW)).lost).toEqual([
    's2 expire 1',
  ]);
});

test('a policy that shall replace another one has to keep what that one keeps, not what it would keep itself', () => {
  const [present, suggested] = [policyOf(keepNewest(3, 'any')), policyOf(keepNewest(10, 'any'))];
  const lostBy = (kept: typeof present) => impactOf(suggested, sources(10), companions(5), NOW, kept).lost.length;
  expect([lostBy(present), lostBy(suggested)]).toEqual([0, 5]);
});

test('more new companions than a rule keeps: some of them go at once', () => {
  const { lost, companionsLost } = summaryOf(impactOf(policyOf(keepNewest(2, ['v*'])), sources(3), companions(3), NOW));
  expect(lost).toEqual(['s2 expire 1', 's3 expire 1']);
  expect(companionsLost).toEqual(['v1-dockerv2 expire 1']);
});

test('companions push by pull time nobody out, and age rules neither', () => {
  expect(summaryOf(impactOf(policyOf(keepDays(5, 'any')), sources(3), companions(3), NOW))).toEqual(nothing);
  expect(summaryOf(impactOf(policyOf(keepPulled(5, 'any')), sources(3), companions(3), NOW))).toEqual(nothing);
});

test('an untagged image that companions push out is lost too', () => {
  const images = [image('untagged', [], 5), ...sources(1)];
  expect(summaryOf(impactOf(policyOf(keepNewest(2, 'any')), images, companions(1), NOW)).lost).toEqual([
    'untagged expire 1',
  ]);
});

describe('a rule whose number was chosen with companions in mind', () => {
  const lostBy = (selections: readonly LifecycleSelection[], count = 4) => {
    const { lost } = impactOf(policyOf(...selections), sources(count), companions(count), NOW);
    return lost.map(({ image }) => image.digest);
  };

  test('takes an older image for a newer one, as it did before, if it keeps as many as it is meant to', () => {
    // Six less four companions: two releases.
    expect(lostBy([keepNewest(4, ['*-dockerv2']), keepNewest(6, 'any')])).toEqual([]);
    expect(lostBy([keepNewest(6, 'any')])).toEqual(['s1', 's2']);
  });

  test('loses what is missing from that', () => {
    // Six less three companions: three releases, of which late companions leave two.
    expect(lostBy([keepNewest(3, ['*-dockerv2']), keepNewest(6, 'any')])).toEqual(['s1', 's2']);
    // Of ten late companions six leave none.
    expect(lostBy([keepNewest(3, ['*-dockerv2']), keepNewest(6, 'any')], 10)).toHaveLength(6);
  });

  test.each<[string, readonly LifecycleSelection[], readonly string[]]>([
    ['an age claims the companions', [keepDays(9, ['*-dockerv2']), keepNewest(6, 'any')], ['s1', 's2']],
    ['a rule for sources claims them', [keepNewest(2, ['v*']), keepNewest(3, 'any')], ['s3', 's4']],
    ['as many companions as images', [keepNewest(6, ['*-dockerv2']), keepNewest(6, 'any')], ['s1', 's2']],
  ])('not one where %s', (_, selections, lost) => {
    expect(lostBy(selections)).toEqual(lost);
  });

  test('of untagged images says so in its description', () => {
    const images = [image('s1', [], 3), image('s2', ['v1'], 2), image('c1', ['v1-dockerv2'], 1)];
    const moved = [companionOf(1, { digest: 'new' })];
    const [keeps] = policyOf(keepNewest(1, 'untagged'));
    const lostOf = (description?: string) =>
      keeps && impactOf([{ ...keeps, ...(description ? { description } : {}) }], images, moved, NOW).lost.length;
    expect([lostOf(), lostOf('1 untagged image, with room for companions')]).toEqual([1, 0]);
  });
});

test('a rule that counts only companions, or only sources, is not crowded', () => {
  const policy = policyOf(keepNewest(9, ['*-dockerv2']), keepNewest(9, ['*1']));
  expect(summaryOf(impactOf(policy, sources(1), companions(1), NOW))).toEqual(nothing);
});

test('a new companion with one of the two tags that a rule names does not count', () => {
  const images = [image('s1', ['v1', 'stable'], 1)];
  expect(summaryOf(impactOf(policyOf(keepNewest(1, ['v*', '*a*'])), images, companions(1), NOW))).toEqual(nothing);
});

describe('companions that exist', () => {
  const existing = (at: number, pushedDaysAgo: number) => image(`c${at}`, [`v${at}-dockerv2`], pushedDaysAgo);
  const named = (at: number) => companionOf(at, { digest: `c${at}` });

  test('are not there in the comparison, and keep their age', () => {
    const images = [...sources(2), existing(1, 1.5), existing(2, 0.5)];
    const impact = (count: number) =>
      summaryOf(impactOf(policyOf(keepNewest(count, 'any')), images, [named(1), named(2)], NOW));
    expect(impact(4).lost).toEqual([]);
    expect(impact(3).lost).toEqual(['s1 expire 1']);
    expect(impact(2)).toEqual({
      lost: ['s1 expire 1'],
      companionsLost: ['v1-dockerv2 expire 1'],
      crowding: [[1, 2, 1]],
    });
  });

  test('are younger than a source of the same time, and lost rather than a source a millisecond younger', () => {
    const images = [image('z', ['v1'], 1), image('a', ['v1-dockerv2'], 1)];
    const only = [{ tag: 'v1-dockerv2', sourceDigest: 'z', digest: 'a' }];
    expect(summaryOf(impactOf(policyOf(keepNewest(1, 'any')), images, only, NOW)).lost).toEqual(['z expire 1']);
    const later = [image('z', ['v1'], 1 - 1 / 86_400_000), image('a', ['v1-dockerv2'], 1)];
    expect(summaryOf(impactOf(policyOf(keepNewest(1, 'any')), later, only, NOW)).lost).toEqual([]);
  });

  test('leave an untagged image behind when their tag moves', () => {
    const images = [...sources(1), existing(1, 1.5)];
    const moved = [companionOf(1, { digest: 'new' })];
    expect(summaryOf(impactOf(policyOf(keepNewest(2, 'any')), images, moved, NOW)).lost).toEqual([]);
    const older = [...sources(1), existing(1, 0.5)];
    expect(summaryOf(impactOf(policyOf(keepNewest(2, 'any')), older, moved, NOW)).lost).toEqual(['s1 expire 1']);
    expect(summaryOf(impactOf(policyOf(keepNewest(1, ['v*'])), older, moved, NOW)).lost).toEqual(['s1 expire 1']);
  });
});

test('an image that its companion tag leaves counts as untagged', () => {
  const images = [image('s0', [], 3), image('s1', ['v1'], 2), image('c1', ['v1-dockerv2'], 1)];
  const moved = [companionOf(1, { digest: 'new' })];
  expect(summaryOf(impactOf(policyOf(keepNewest(1, 'untagged')), images, moved, NOW)).lost).toEqual(['s0 expire 1']);
});

describe('companions that name an image that is there anyway', () => {
  test('a source that gets its own companion tag is one image', () => {
    const policy = policyOf(keepNewest(2, ['v*']));
    const aliases = [companionOf(1, { digest: 's1' }), companionOf(2, { digest: 's2' })];
    expect(summaryOf(impactOf(policy, sources(2), aliases, NOW))).toEqual(nothing);
  });

  test('a source that has its companion tag already is there without companions too', () => {
    const images = [image('s1', ['v1', 'v1-dockerv2'], 2), image('s2', ['v2'], 1)];
    const both = [companionOf(1, { digest: 's1' }), companionOf(2)];
    expect(summaryOf(impactOf(policyOf(keepNewest(2, 'any')), images, both, NOW)).lost).toEqual(['s1 expire 1']);
    expect(summaryOf(impactOf(policyOf(keepNewest(1, ['v1'])), images, both, NOW))).toEqual(nothing);
  });

  test('the tag brings an image under a rule that did not select it', () => {
    const images = [image('child', ['build-7'], 9), image('s1', ['v1'], 8), image('s2', ['v2'], 7)];
    const alias = [companionOf(2, { digest: 'child' })];
    expect(summaryOf(impactOf(policyOf(keepNewest(2, ['v*'])), images, alias, NOW))).toEqual({
      lost: ['child expire 1'],
      companionsLost: ['v2-dockerv2 expire 1'],
      crowding: [[1, 2, 1]],
    });
  });

  test('two tags of one digest are one image', () => {
    const images = [image('s1', ['v1', 'latest'], 1)];
    const both = [
      { tag: 'v1-dockerv2', sourceDigest: 's1', digest: 'c1' },
      { tag: 'latest-dockerv2', sourceDigest: 's1', digest: 'c1' },
    ];
    const { lost, crowding } = summaryOf(impactOf(policyOf(keepNewest(2, 'any')), images, both, NOW));
    expect(lost).toEqual([]);
    expect(crowding).toEqual([[1, 2, 1]]);
  });
});

test('a clock behind that of the registry does not make companions older than sources', () => {
  const images = [image('z', ['v1'], -1)];
  expect(summaryOf(impactOf(policyOf(keepNewest(1, 'any')), images, companions(1), NOW)).lost).toEqual(['z expire 1']);
});

test('the source with the most companions says what a rule comes to keep', () => {
  const further = { tag: 'v1-dockerv2-arm64', sourceDigest: 's1' };
  const { crowding } = summaryOf(
    impactOf(policyOf(keepNewest(10, 'any')), sources(2), [companionOf(2), companionOf(1), further], NOW),
  );
  expect(crowding).toEqual([[1, 10, 3]]);
});
