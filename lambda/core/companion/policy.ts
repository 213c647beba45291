import type { UncompressedLayers } from '../manifest/convert';
import type { Platform } from '../manifest/platform';
import type { SkipReason } from '../reasons';
import type { CompanionTagForm } from './companion-tag';
import { matchesGlob } from './glob';
import type { ImageTag } from './outcome';

/** `oci-images`: only what consumers refuse gets a companion. `every-tag`: Docker images too, so that one naming rule fits all. */
export const COMPANION_FOR = ['oci-images', 'every-tag'] as const;
export type CompanionFor = (typeof COMPANION_FOR)[number];

/** What the deployer decided; everything else follows from the image. */
export interface Policy {
  readonly companionTag: CompanionTagForm;
  /** At least one. The first gets the plain companion tag, each further one a tag with its architecture. */
  readonly platforms: readonly [Platform, ...Platform[]];
  readonly companionFor: CompanionFor;
  readonly uncompressedLayers: UncompressedLayers;
  /** Whether companions go with their source tag. Nothing is deleted otherwise. */
  readonly deleteOrphans?: boolean;
}

/** Which images the service is for; both are globs with `*`. */
export interface Scope {
  readonly repositories: readonly string[];
  readonly excludedTags: readonly string[];
}

/** Why a repository is none of the service's, if so. */
export const skipReasonOfRepository = (repository: string, { repositories }: Scope): SkipReason | undefined =>
  repositories.some((pattern) => matchesGlob(pattern, repository)) ? undefined : 'repository-not-chosen';

/** Why an image is none of the service's, if so. */
export function skipReasonOfImage({ repository, tag }: ImageTag, scope: Scope): SkipReason | undefined {
  const isExcluded = scope.excludedTags.some((pattern) => matchesGlob(pattern, tag));
  return skipReasonOfRepository(repository, scope) ?? (isExcluded ? 'tag-excluded' : undefined);
}
