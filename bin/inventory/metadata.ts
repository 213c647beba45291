import { companionTagOf } from '../../lambda/core/companion/companion-tag';
import type { Policy } from '../../lambda/core/companion/policy';
import { formatPlatform } from '../../lambda/core/manifest/platform';

/** Which registry an inventory lists, and by which rules. */
export interface InventoryMetadata {
  readonly account: string;
  readonly region: string;
  readonly generatedAt: Date;
  readonly policy: Policy;
  /** Patterns of repositories; none for all. */
  readonly repositories: readonly string[];
}

/** A repository that could not be read, and why. */
export interface UnreadableRepository {
  readonly repository: string;
  readonly why: string;
}

export const metadataJson = ({ account, region, generatedAt, policy, repositories }: InventoryMetadata): object => ({
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
  excludedTags: policy.scope.excludedTags,
});

/** The rules in words, name and value. */
export const describeRules = ({ policy, repositories }: InventoryMetadata): readonly (readonly [string, string])[] => [
  ['Repositories', repositories.join(', ') || 'all'],
  ['Companion tags', companionTagOf('*', policy.companionTag)],
  ['Companions for', policy.companionFor === 'oci-images' ? 'OCI images' : 'every tag'],
  ['Platforms', policy.platforms.map(formatPlatform).join(', ')],
  ['Uncompressed layers', policy.uncompressedLayers === 'refuse' ? 'refused' : 'relabeled'],
  ...(policy.scope.excludedTags.length > 0 ? [['Excluded tags', policy.scope.excludedTags.join(', ')] as const] : []),
];
