import fc from 'fast-check';
import { evaluate, type LifecycleImage } from '../../../lambda/core/lifecycle/evaluate';
import { readPolicy } from '../../../lambda/core/lifecycle/policy';
import { marksOf } from '../../../local/ecr/lifecycle';
import { readLifecyclePolicy } from '../../../local/ecr/lifecycle-policy';
import type { Image } from '../../../local/ecr/repository';
import { readManifest } from '../../../local/ecr/stored-manifest';
import {
  ARCHIVE,
  daysAgo,
  EXPIRE,
  image,
  keepArchived,
  keepDays,
  keepNewest,
  keepPulled,
  NOW,
  rule,
} from '../../support/lifecycle-images';
import { manifest } from './support';

/** Two evaluators that were written apart, the service's and the local ECR's, from the same pages of AWS. */
type Fates = Readonly<Record<string, string>>;

function serviceFates(text: string, images: readonly LifecycleImage[]): Fates {
  const policy = readPolicy(text);
  if (!('map' in policy)) throw new Error(`the service did not understand ${text}: ${policy.detail}`);
  const fates = [...evaluate(policy, images, NOW)].flatMap(([digest, fate]) =>
    fate.kind === 'keep' ? [] : [[digest, `${fate.kind} ${fate.rule.rulePriority}`]],
  );
  return Object.fromEntries(fates);
}

function localFates(text: string, images: readonly LifecycleImage[]): Fates {
  const marks = marksOf(readLifecyclePolicy(text), images.map(localImage), NOW);
  const fates = [...marks].map(
    ([
      {
        manifest: { digest },
      },
      { action, rulePriority },
    ]) => {
      return [digest, `${action.type === 'expire' ? 'expire' : 'archive'} ${rulePriority}`];
    },
  );
  return Object.fromEntries(fates);
}

const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time));
const localImage = (of: LifecycleImage, sequence: number): Image => ({
  manifest: { ...readManifest(Buffer.from(manifest('any')), undefined), digest: of.digest },
  tags: new Set(of.tags),
  storageClass: of.storageClass === 'archive' ? 'ARCHIVE' : 'STANDARD',
  pushedAt: new Date(of.pushedAt),
  lastPulledAt: date(of.lastPulledAt),
  lastArchivedAt: date(of.archivedAt),
  lastActivatedAt: date(of.activatedAt),
  sequence,
});

const tags = fc.constantFrom<'untagged' | readonly string[]>(
  ...[['*'], ['a*'], ['b*'], ['ab*'], ['c'], ['a*1*'], ['*1'], ['a*', 'b*'], ['a*', '*1*'], ['*', 'c*']],
  'untagged',
  'untagged',
);
const number = fc.integer({ min: 1, max: 4 });
const selection = (of: fc.Arbitrary<'any' | 'untagged' | readonly string[]>) =>
  fc
    .tuple(fc.constantFrom(keepNewest, keepNewest, keepDays, keepPulled, keepArchived), number, of)
    .map(([keep, count, chosen]) => keep(keep === keepNewest ? count : count * 5, chosen));
const prefixes = fc.constantFrom(['a'], ['ab', 'b'], ['c']).map((tagPrefixList) => {
  const { tagPatternList, ...rest } = keepNewest(2, ['x']);
  return { ...rest, tagPrefixList };
});
const action = fc.constantFrom(EXPIRE, ARCHIVE);
const policy = fc
  .tuple(
    fc.array(fc.tuple(fc.oneof(selection(tags), selection(tags), prefixes), action), { maxLength: 4 }),
    fc.option(fc.tuple(selection(fc.constant('any')), action), { nil: undefined }),
    fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 5 }),
  )
  .filter(([first, last]) => first.length > 0 || last !== undefined)
  .map(([first, last, order]) => {
    const rules = [...first, ...(last ? [last] : [])].map(([chosen, how], at) => {
      const isFree = chosen.countType === 'imageCountMoreThan' || chosen.countType === 'sinceImagePushed';
      return rule(at * 3 + 1, chosen, isFree ? how : undefined);
    });
    // As they are written, in any order.
    return JSON.stringify({ rules: order.flatMap((at) => rules[at - 1] ?? []) });
  });
const time = fc.integer({ min: 0, max: 30 }).map(daysAgo);
const images = fc
  .array(
    fc.record({
      tags: fc.subarray(['a1', 'a2', 'ab1', 'b1', 'b2', 'c'], { maxLength: 3 }),
      storageClass: fc.constantFrom('standard' as const, 'standard' as const, 'archive' as const),
      pushedAt: time,
      lastPulledAt: fc.option(time, { nil: undefined }),
      archivedAt: fc.option(time, { nil: undefined }),
      activatedAt: fc.option(time, { nil: undefined }),
    }),
    { maxLength: 14 },
  )
  .map((list): LifecycleImage[] => list.map((one, at) => ({ ...one, digest: `sha256:${10 + at}` })));

test('they agree on every image of every repository', () => {
  let lost = 0;
  fc.assert(
    fc.property(policy, images, (text, list) => {
      const fates = localFates(text, list);
      lost += Object.keys(fates).length;
      expect(serviceFates(text, list)).toEqual(fates);
    }),
    { numRuns: 500 },
  );
  expect(lost).toBeGreaterThan(500);
});

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html : those with images and AWS's result. */
const beta = [image('A', ['beta-1', 'prod-1'], 10), image('B', ['beta-2', 'prod-2'], 9), image('C', ['beta-3'], 8)];
const many = [
  image('A', ['alpha-1'], 12),
  image('B', ['beta-1'], 11),
  image('C', ['alpha-2', 'beta-2'], 10),
  image('D', ['alpha-3'], 4),
  image('E', ['beta-3'], 3),
  image('F', ['alpha-4', 'beta-4'], 2),
];
const four = [image('A', ['alpha-1'], 4), image('B', ['beta-1'], 3), image('C', [], 2), image('D', ['alpha-2'], 1)];
const all = [
  image('A', ['alpha-1', 'beta-1'], 4),
  image('B', [], 3),
  image('C', ['alpha-2'], 2),
  image('D', ['git hash'], 1),
  image('E', [], 1),
];
test.each([
  ['multiple rules, A', beta, [keepNewest(1, ['prod*']), keepNewest(1, ['beta*'])], { A: 'expire 1' }],
  ['multiple rules, B', beta, [keepNewest(1, ['beta*']), keepNewest(1, ['prod*'])], { A: 'expire 1', B: 'expire 1' }],
  ['multiple tags, A', many, [keepDays(5, ['alpha*', 'beta*'])], { C: 'expire 1' }],
  ['all images, A', four, [keepNewest(1, 'any')], { A: 'expire 1', B: 'expire 1', C: 'expire 1' }],
  [
    'all images, B',
    all,
    [keepNewest(1, ['alpha*']), keepDays(1, 'untagged'), keepNewest(1, 'any')],
    { A: 'expire 1', B: 'expire 2', D: 'expire 3' },
  ],
])("AWS's example of %s", (_, repository, selections, fates) => {
  const text = JSON.stringify({ rules: selections.map((each, at) => rule(at + 1, each)) });
  expect(localFates(text, repository)).toEqual(fates);
});
