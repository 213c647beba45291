import type { REPOSITORY_SETTINGS } from '../contract';
import type { UncompressedLayers } from '../manifest/convert';
import { isIndex, isOci } from '../manifest/media-types';
import type { Platform } from '../manifest/platform';
import type { Refusal, SkipReason } from '../reasons';
import { type CompanionTagForm, skipReasonOfTag } from './companion-tag';
import { matchesGlob } from './glob';
import type { ImageTag } from './outcome';

/** `oci-images`: only what consumers refuse gets a companion. `every-tag`: Docker images too, so that one naming rule fits all. */
export const COMPANION_FOR = ['oci-images', 'every-tag'] as const;
export type CompanionFor = (typeof COMPANION_FOR)[number];

export type RepositorySetting = (typeof REPOSITORY_SETTINGS)[number];

/** Which images the service is for; all are globs with `*`. */
export interface Scope {
  readonly repositories: readonly string[];
  readonly excludedRepositories: readonly string[];
  readonly excludedTags: readonly string[];
}

export interface RecompressionLimits {
  /** Of one layer's uncompressed tar. */
  readonly maxLayerBytes: number;
}

/** What repositories choose for themselves, by their resource tags. */
export interface RepositoryChoices {
  readonly allowed: readonly RepositorySetting[];
  /** For those that choose recompression. */
  readonly recompression?: RecompressionLimits;
}

/** What the deployer decided, and the repository where it may; everything else follows from the image. */
export interface Policy {
  readonly scope: Scope;
  readonly companionTag: CompanionTagForm;
  /** At least one. The first gets the plain companion tag, each further one a tag with its architecture. */
  readonly platforms: readonly [Platform, ...Platform[]];
  readonly companionFor: CompanionFor;
  readonly uncompressedLayers: UncompressedLayers;
  /** What is recompressed, because Docker V2 Schema 2 has no type for it. @default nothing */
  readonly recompression?: RecompressionLimits;
  /** Whether companions are deleted with their source tag. Nothing is deleted otherwise. */
  readonly deleteOrphanedCompanions?: boolean;
  /** What is left to each repository: `policyOfRepository` asks it. @default nothing */
  readonly choices?: RepositoryChoices;
  /** Choices of the repository that can't be followed. What they would decide is refused. @default none */
  readonly refusedSettings?: ReadonlyMap<RepositorySetting, Refusal>;
}

/** What may be recompressed in any repository, whatever it chooses. */
export const mostRecompression = ({ recompression, choices }: Policy): RecompressionLimits | undefined =>
  recompression ?? choices?.recompression;

/** Whether an image of this media type can get a companion, as far as a listing tells. */
export const mayNeedCompanion = (mediaType: string, { companionFor, refusedSettings }: Policy): boolean =>
  companionFor === 'every-tag' ||
  refusedSettings?.has('companion-for') === true ||
  isOci(mediaType) ||
  isIndex(mediaType);

/** Why the service leaves a repository alone, if it does. */
export function skipReasonOfRepository(repository: string, { scope }: Policy): SkipReason | undefined {
  const matches = (pattern: string) => matchesGlob(pattern, repository);
  const isChosen = scope.repositories.some(matches) && !scope.excludedRepositories.some(matches);
  return isChosen ? undefined : 'repository-not-chosen';
}

/** Why a tag gets no companion whatever it names, if so. */
export const skipReasonOf = ({ repository, tag }: ImageTag, policy: Policy): SkipReason | undefined =>
  skipReasonOfRepository(repository, policy) ??
  skipReasonOfTag(tag, policy.companionTag) ??
  (policy.scope.excludedTags.some((pattern) => matchesGlob(pattern, tag)) ? 'tag-excluded' : undefined);
