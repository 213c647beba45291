import { sourceTagOf } from '../companion/companion-tag';
import { companionTagsOf } from '../companion/plan';
import { mayNeedCompanion, type Policy, skipReasonOf } from '../companion/policy';
import { isIndex, isOci } from '../manifest/media-types';
import type { LifecycleImage } from './evaluate';
import type { PlannedCompanion } from './impact';

/** An image as a listing of the whole repository has it. */
export interface RepositoryImage extends LifecycleImage {
  readonly mediaType: string;
}

/** A source tag that may need companions, as far as a listing tells. */
interface ListedSource {
  readonly tag: string;
  readonly image: RepositoryImage;
}

export const sourcesIn = (
  repository: string,
  images: readonly RepositoryImage[],
  policy: Policy,
): readonly ListedSource[] =>
  images.flatMap((image) =>
    mayNeedCompanion(image.mediaType, policy)
      ? image.tags.filter((tag) => !skipReasonOf({ repository, tag }, policy)).map((tag) => ({ tag, image }))
      : [],
  );

/**
 * The companions that a repository has, and those that its sources would get. Without their manifests it is not known which they are, so this
 * takes every OCI manifest for an image and gives every index all platforms.
 * @param since sources that were pushed before get no new ones; absent for sources of any age
 */
export function plannedCompanions(
  repository: string,
  images: readonly RepositoryImage[],
  policy: Policy,
  since?: number,
): readonly PlannedCompanion[] {
  const digests = new Map(images.flatMap(({ digest, tags }) => tags.map((tag) => [tag, digest] as const)));
  const present = [...digests].flatMap(([tag, digest]): PlannedCompanion[] => {
    const source = sourceTagOf(tag, policy.companionTag, policy.platforms);
    return source === undefined ? [] : [{ tag, sourceDigest: digests.get(source) ?? '', digest }];
  });
  const isNewOne = ({ image: { storageClass, pushedAt } }: ListedSource) =>
    storageClass === 'standard' && (since === undefined || pushedAt >= since);
  const missing = sourcesIn(repository, images, policy)
    .filter(isNewOne)
    .flatMap(({ tag: source, image: { digest: sourceDigest, mediaType } }) => {
      const tags = companionTagsOf(source, policy).slice(0, isIndex(mediaType) ? undefined : 1);
      const isDocker = !isIndex(mediaType) && !isOci(mediaType);
      return tags.flatMap((tag, at): PlannedCompanion[] => {
        if (digests.has(tag)) return [];
        // Tags of one image get one companion image.
        return [{ tag, sourceDigest, digest: isDocker ? sourceDigest : `companion ${at} of ${sourceDigest}` }];
      });
    });
  return [...present, ...missing];
}
