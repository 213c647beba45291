import { companionTagOf } from '../../lambda/core/companion/companion-tag';
import type { Policy } from '../../lambda/core/companion/policy';
import { formatPlatform } from '../../lambda/core/manifest/platform';

/** What an inventory is of, and by which rules its companions were judged. */
export interface About {
  readonly account: string;
  readonly region: string;
  readonly generatedAt: Date;
  readonly policy: Policy;
  /** Patterns of repositories; none for all. */
  readonly repositories: readonly string[];
  readonly excludedTags: readonly string[];
}

/** A repository that could not be read, and why. */
export interface UnreadableRepository {
  readonly repository: string;
  readonly why: string;
}

export const aboutJson = ({ account, region, generatedAt, policy, repositories, excludedTags }: About): object => ({
  account,
  region,
  generatedAt: generatedAt.toISOString(),
  policy: {
    companionTag: companionTagOf('*', policy.companionTag),
    platforms: policy.platforms.map(formatPlatform),
    companionFor: policy.companionFor,
    uncompressedLayers: policy.uncompressedLayers,
  },
  repositories: repositories.length > 0 ? repositories : ['*'],
  excludedTags,
});

/** The rules in words, name and value. */
export const describeRules = ({
  policy,
  repositories,
  excludedTags,
}: About): readonly (readonly [string, string])[] => [
  ['Repositories', repositories.join(', ') || 'all'],
  ['Companion tags', companionTagOf('*', policy.companionTag)],
  ['Companions for', policy.companionFor === 'oci-images' ? 'OCI images' : 'every tag'],
  ['Platforms', policy.platforms.map(formatPlatform).join(', ')],
  ['Uncompressed layers', policy.uncompressedLayers === 'refuse' ? 'refused' : 'relabelled'],
  ...(excludedTags.length > 0 ? [['Tags left out', excludedTags.join(', ')] as const] : []),
];
