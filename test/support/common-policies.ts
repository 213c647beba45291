import type { LifecycleSelection } from '../../lambda/core/lifecycle/policy';
import { keepArchived, keepDays, keepNewest, keepPulled } from './lifecycle-images';

interface CommonPolicy {
  readonly selections: readonly LifecycleSelection[];
  /** How its repositories are tagged: each day a release for each of these, of which those with `#` are numbered and others move. */
  readonly tags: readonly string[];
}

/**
 * Found in public repositories by `imageCountMoreThan`, `addLifecycleRule` and `maxImageCount`: the shapes that come up again and again, and
 * those of alphagov/govuk-infrastructure#1013, wellcomecollection/catalogue-pipeline#2975 and DefangLabs/pulumi-defang#379.
 */
export const COMMON_POLICIES = {
  'the newest 10 (CDK: maxImageCount: 10)': { selections: [keepNewest(10, 'any')], tags: ['v#'] },
  'the newest 100': { selections: [keepNewest(100, 'any')], tags: ['v#'] },
  'the newest 30, untagged for 7 days': {
    selections: [keepDays(7, 'untagged'), keepNewest(30, 'any')],
    tags: ['v#', 'latest'],
  },
  'untagged for 1 day': { selections: [keepDays(1, 'untagged')], tags: ['v#', 'latest'] },
  'untagged for 14 days': { selections: [keepDays(14, 'untagged')], tags: ['latest'] },
  'the newest untagged one': { selections: [keepNewest(1, 'untagged')], tags: ['v#', 'latest'] },
  'the newest 10 of v*, untagged for 1 day': {
    selections: [keepNewest(10, ['v*']), keepDays(1, 'untagged')],
    tags: ['v#'],
  },
  'everything for 30 days': { selections: [keepDays(30, 'any')], tags: ['v#', 'latest'] },
  'prod* for 90 days, everything else for 14': {
    selections: [keepDays(90, ['prod*']), keepDays(14, 'any')],
    tags: ['prod-#', 'v#'],
  },
  'dev* and main* 99 each, everything else for 30 days': {
    selections: [keepNewest(99, ['dev*']), keepNewest(99, ['main*']), keepDays(30, 'any')],
    tags: ['dev-#', 'main-#'],
  },
  'untagged for 1 day, 20 of release-* and v* each, everything else for 30 days': {
    selections: [keepDays(1, 'untagged'), keepNewest(20, ['release-*']), keepNewest(20, ['v*']), keepDays(30, 'any')],
    tags: ['release-#', 'v#', 'main-#'],
  },
  'the image of latest and of prod protected, 50 others, 5 untagged': {
    selections: [
      keepNewest(1, ['latest*']),
      keepNewest(1, ['prod*']),
      keepNewest(50, ['*']),
      keepNewest(5, 'untagged'),
    ],
    tags: ['latest', 'prod', 'sha#'],
  },
  '10 of release-*, sha-* for 30 days, untagged for 14': {
    selections: [keepNewest(10, ['release-*']), keepDays(30, ['sha-*']), keepDays(14, 'untagged')],
    tags: ['release-#', 'sha-#'],
  },
  'sha-* for 30 days, the newest 10 of all': {
    selections: [keepDays(30, ['sha-*']), keepNewest(10, 'any')],
    tags: ['sha-#', 'v#'],
  },
  'what nobody pulls for 90 days archived, and expired a year later': {
    selections: [keepPulled(90, 'any'), keepArchived(365, 'any')],
    tags: ['v#'],
  },
} satisfies Record<string, CommonPolicy>;
export type CommonPolicyName = keyof typeof COMMON_POLICIES;
