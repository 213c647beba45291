import { companionTagOf } from '../../lambda/core/companion/companion-tag';
import type { Policy } from '../../lambda/core/companion/policy';
import { formatPlatform } from '../../lambda/core/manifest/platform';
import type { ScanSettings } from './inspect-batch';

/** Which registry an inventory lists, and by which rules. */
export interface InventoryMetadata {
  readonly account: string;
  readonly region: string;
  readonly generatedAt: Date;
  readonly policy: Policy;
  /** Patterns of repositories; none for all. */
  readonly repositories: readonly string[];
}

/** Once the registry has been asked for anything. */
export const metadataOf = (
  { account, policy }: ScanSettings,
  repositories: readonly string[],
  generatedAt = new Date(),
): InventoryMetadata => ({ ...addressOf(account), generatedAt, policy, repositories });

/** The answers of an empty registry don't say which account it belongs to. */
function addressOf(account: ScanSettings['account']): { readonly account: string; readonly region: string } {
  const { region } = account;
  try {
    return { account: account.account, region };
  } catch {
    return { account: 'unknown', region };
  }
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
    ...(policy.choices ? { repositorySettings: policy.choices.allowed } : {}),
  },
  repositories: repositories.length > 0 ? repositories : ['*'],
  excludedTags: policy.scope.excludedTags,
});

/** The rules for people, name and value. */
export const describeRules = ({ policy, repositories }: InventoryMetadata): readonly (readonly [string, string])[] => [
  ['Repositories', repositories.join(', ') || 'all'],
  ['Companion tags', companionTagOf('*', policy.companionTag)],
  ['Companions for', policy.companionFor === 'oci-images' ? 'OCI images' : 'every tag'],
  ['Platforms', policy.platforms.map(formatPlatform).join(', ')],
  ['Uncompressed layers', policy.uncompressedLayers === 'refuse' ? 'refused' : 'relabeled'],
  ...(policy.choices ? [['Chosen by repositories', policy.choices.allowed.join(', ')] as const] : []),
  ...(policy.scope.excludedTags.length > 0 ? [['Excluded tags', policy.scope.excludedTags.join(', ')] as const] : []),
];
