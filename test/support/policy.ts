import type { Policy } from '../../lambda/core/companion/policy';
import { platformOf } from '../../lambda/core/manifest/platform';

export const AMD64 = platformOf('linux', 'amd64');
export const ARM64 = platformOf('linux', 'arm64');

/** What the construct deploys by default. */
export const DEFAULT_POLICY: Policy = {
  scope: { repositories: ['*'], excludedRepositories: [], excludedTags: [] },
  companionTag: { suffix: '-dockerv2' },
  platforms: [AMD64],
  companionFor: 'oci-images',
  uncompressedLayers: 'refuse',
  deleteOrphanedCompanions: false,
};
