import { type Failed, failed, findImage, type ImageId } from './image-id';
import { isIndex } from './media-types';
import type { Registry } from './registry';
import type { Image, Repository } from './repository';

function referencedBy(repository: Repository, digest: string): readonly string[] {
  return [...repository.images]
    .filter(
      ({ manifest }) => isIndex(manifest.mediaType) && manifest.manifests.some((child) => child.digest === digest),
    )
    .map(({ manifest }) => manifest.digest);
}

/**
 * By tag it deletes the tag, and with the last tag the image; by digest it deletes the image with all its tags:
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
 */
export function deleteImage(
  registry: Registry,
  repository: Repository,
  imageId: ImageId,
): Failed | { readonly kind: 'deleted'; readonly imageIds: readonly ImageId[] } {
  const found = findImage(repository, imageId);
  if (found.kind === 'failed') return found;
  const { manifest, tags } = found.image;
  const { digest } = manifest;
  const { imageTag } = imageId;
  const removesImage = imageTag === undefined || tags.size === 1;
  const indexes = removesImage ? referencedBy(repository, digest) : [];
  if (indexes.length > 0) {
    const failureReason = `Requested image referenced by manifest list: [${indexes.join(', ')}]`;
    return failed(imageId, 'ImageReferencedByManifestList', failureReason);
  }
  if (removesImage) return { kind: 'deleted', imageIds: removeImage(registry, repository, found.image) };
  repository.untag(imageTag);
  return { kind: 'deleted', imageIds: publish(registry, repository, digest, [imageTag]) };
}

/** Removes an image with all its tags, and sends an event for each. @returns what is gone */
export function removeImage(registry: Registry, repository: Repository, { manifest, tags }: Image): readonly ImageId[] {
  const deletedTags = tags.size > 0 ? [...tags] : [undefined];
  repository.remove(manifest.digest);
  return publish(registry, repository, manifest.digest, deletedTags);
}

const publish = (registry: Registry, { name }: Repository, digest: string, tags: readonly (string | undefined)[]) =>
  tags.map((imageTag): ImageId => {
    registry.publish({ type: 'DELETE', repository: name, tag: imageTag ?? '', digest });
    return { imageDigest: digest, imageTag };
  });
