import { evaluate, type LifecycleImage } from '../../../../lambda/core/lifecycle/evaluate';
import { hazardsOf } from '../../../../lambda/core/lifecycle/hazard';
import { impactOf, type PlannedCompanion } from '../../../../lambda/core/lifecycle/impact';
import type { LifecyclePolicy } from '../../../../lambda/core/lifecycle/policy';
import { policyThatKeepsBoth } from '../../../../lambda/core/lifecycle/suggest';
import { platformOf } from '../../../../lambda/core/manifest/platform';
import { COMMON_POLICIES, type CommonPolicyName } from '../../../support/common-policies';
import { DAY, image, NOW, policyOf, understood } from '../../../support/lifecycle-images';

const form = { suffix: '-dockerv2' };
const platforms = [platformOf('linux', 'amd64')] as const;

/** One release a day under each of these tags, for longer than any policy keeps them; the tags with `#` are numbered, others move. */
function repositoryOf(tags: readonly string[], days = 150): LifecycleImage[] {
  return Array.from({ length: days }, (_, age) =>
    tags.map((tag, at) => {
      const own = tag.includes('#') ? [tag.replace('#', String(days - age))] : age === 0 ? [tag] : [];
      return image(`sha256:${days - age}.${at}`, own, age + (at + 1) / 24);
    }),
  ).flat();
}
const companionsOf = (images: readonly LifecycleImage[]): PlannedCompanion[] =>
  images.flatMap(({ digest, tags }) => tags.map((tag) => ({ tag: `${tag}-dockerv2`, sourceDigest: digest })));
const staying = (policy: LifecyclePolicy, images: readonly LifecycleImage[]): LifecycleImage[] => {
  const fates = evaluate(policy, images, NOW);
  return images.filter(({ digest }) => fates.get(digest)?.kind === 'keep');
};

/** What companions do to a repository that has lived under the policy until today. */
function consequences(policy: LifecyclePolicy, tags: readonly string[]) {
  const images = staying(policy, repositoryOf(tags));
  const backfill = companionsOf(images);
  const pushed = images.filter(({ pushedAt }) => NOW - pushedAt < DAY);
  const suggestion = policyThatKeepsBoth(policy, form, platforms);
  const suggested = suggestion.kind === 'changed' ? understood(suggestion.text) : policy;
  const afterwards = impactOf(suggested, images, backfill, NOW);
  return {
    images: images.length,
    backfillLoses: impactOf(policy, images, backfill, NOW).lost.length,
    pushLoses: impactOf(policy, images, companionsOf(pushed), NOW).lost.length,
    hazards: hazardsOf(
      policy,
      tags[0]?.replace('#', '1') ?? '',
      companionsOf(pushed.slice(0, 1)).map(({ tag }) => tag),
    ).map((hazard) => (hazard.kind === 'count' ? `${hazard.keepsNow} -> ${hazard.keepsThen}` : 'pull time')),
    suggestion: suggestion.kind,
    suggestionLoses: afterwards.lost.length + afterwards.companionsLost.length,
  };
}

const nothing = { backfillLoses: 0, pushLoses: 0, hazards: [], suggestionLoses: 0 };
const unchanged = { ...nothing, suggestion: 'unchanged' };
const changed = { suggestion: 'changed', suggestionLoses: 0 };

const EXPECTED: Readonly<Record<CommonPolicyName, object>> = {
  'the newest 10 (CDK: maxImageCount: 10)': {
    ...changed,
    images: 10,
    backfillLoses: 10,
    pushLoses: 1,
    hazards: ['10 -> 5'],
  },
  'the newest 100': { ...changed, images: 100, backfillLoses: 100, pushLoses: 1, hazards: ['100 -> 50'] },
  'the newest 30, untagged for 7 days': {
    ...changed,
    images: 22,
    backfillLoses: 8,
    pushLoses: 0,
    hazards: ['30 -> 15'],
  },
  'untagged for 1 day': { ...unchanged, images: 151 },
  'untagged for 14 days': { ...unchanged, images: 14 },
  'the newest untagged one': { ...nothing, ...changed, images: 152 },
  'the newest 10 of v*, untagged for 1 day': {
    ...changed,
    images: 10,
    backfillLoses: 10,
    pushLoses: 1,
    hazards: ['10 -> 5'],
  },
  'everything for 30 days': { ...unchanged, images: 60 },
  'prod* for 90 days, everything else for 14': { ...unchanged, images: 104 },
  'dev* and main* 99 each, everything else for 30 days': {
    ...changed,
    images: 198,
    backfillLoses: 198,
    pushLoses: 2,
    hazards: ['99 -> 49'],
  },
  'untagged for 1 day, 20 of release-* and v* each, everything else for 30 days': {
    ...changed,
    images: 70,
    backfillLoses: 40,
    pushLoses: 2,
    hazards: ['20 -> 10'],
  },
  'the image of latest and of prod protected, 50 others, 5 untagged': {
    ...changed,
    images: 55,
    backfillLoses: 50,
    pushLoses: 5,
    hazards: ['1 -> 0', '50 -> 25'],
  },
  '10 of release-*, sha-* for 30 days, untagged for 14': {
    ...changed,
    images: 40,
    backfillLoses: 10,
    pushLoses: 1,
    hazards: ['10 -> 5'],
  },
  'sha-* for 30 days, the newest 10 of all': {
    ...changed,
    images: 35,
    backfillLoses: 5,
    pushLoses: 1,
    hazards: ['10 -> 5'],
    suggestionLoses: 5,
  },
  'what nobody pulls for 90 days archived, and expired a year later': {
    ...nothing,
    images: 90,
    hazards: ['pull time'],
    suggestion: 'impossible',
  },
};

test.each(Object.entries(EXPECTED))('%s', (name, expected) => {
  const { selections, tags } = COMMON_POLICIES[name as CommonPolicyName];
  expect(consequences(policyOf(...selections), tags)).toEqual(expected);
});
