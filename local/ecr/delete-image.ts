import { findImage, type ImageFailure, type ImageId } from './image-id';
import { isIndex } from './media-types';
import type { Registry } from './registry';
import type { Repository } from './repository';

export type Deletion =
  | { readonly kind: 'deleted'; readonly imageIds: readonly ImageId[] }
  | { readonly kind: 'failed'; readonly failure: ImageFailure };

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
export function deleteImage(registry: Registry, repository: Repository, imageId: ImageId): Deletion {
  const found = findImage(repository, imageId);
  if (found.kind === 'failed') return found;
  const { manifest, tags } = found.image;
  const { digest } = manifest;
  const { imageTag } = imageId;
  const removesImage = imageTag === undefined || tags.size === 1;
  const indexes = removesImage ? referencedBy(repository, digest) : [];
  if (indexes.length > 0) {
    const failureReason = `Requested image referenced by manifest list: [${indexes.join(', ')}]`;
    return { kind: 'failed', failure: { imageId, failureCode: 'ImageReferencedByManifestList', failureReason } };
  }
  const deletedTags = imageTag === undefined ? [...tags] : [imageTag];
  if (removesImage) repository.remove(digest);
  else repository.untag(imageTag);
  const named = deletedTags.length > 0 ? deletedTags : [undefined];
  for (const tag of named) registry.publish({ type: 'DELETE', repository: repository.name, tag: tag ?? '', digest });
  return { kind: 'deleted', imageIds: named.map((tag) => ({ imageDigest: digest, imageTag: tag })) };
}
