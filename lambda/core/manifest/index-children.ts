import type { Child } from './descriptor';
import { isIndex, isManifest } from './media-types';
import { type Platform, samePlatform } from './platform';

/** https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md */
const ATTESTATION_ANNOTATION = 'vnd.docker.reference.type';
/** The only hint in an index that a child's layers are zstd; its twin of the same platform has gzip layers. */
const ZSTD_ANNOTATION = 'io.github.containers.compression.zstd';

/** Whether the child can be an image, or an index of images, that somebody runs. */
export const isRunnable = (child: Child): boolean =>
  (isManifest(child.mediaType) || isIndex(child.mediaType)) &&
  !child.annotations.has(ATTESTATION_ANNOTATION) &&
  child.artifactType === undefined &&
  child.platform?.os !== 'unknown' &&
  child.platform?.architecture !== 'unknown';

/** Each runnable child once. */
export const runnableChildren = (children: readonly Child[]): readonly Child[] => [
  ...new Map(children.filter(isRunnable).map((child) => [child.digest, child])).values(),
];

/** The first child of the platform, but one with zstd layers only if there is no other. */
export function childOf(children: readonly Child[], platform: Platform): Child | undefined {
  const matching = children.filter((child) => child.platform && samePlatform(child.platform, platform));
  return matching.find((child) => child.annotations.get(ZSTD_ANNOTATION) !== 'true') ?? matching[0];
}

/** The image that an index announces for the platform, or its only one. */
export function announcedChild(children: readonly Child[], platform: Platform): Child | undefined {
  const images = runnableChildren(children).filter((child) => isManifest(child.mediaType));
  return childOf(images, platform) ?? (images.length === 1 ? images[0] : undefined);
}
