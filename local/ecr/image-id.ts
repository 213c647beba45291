import type { Image, Repository } from './repository';

export interface ImageId {
  readonly imageDigest?: string;
  readonly imageTag?: string;
}

export interface ImageFailure {
  readonly imageId: ImageId;
  readonly failureCode: string;
  readonly failureReason: string;
}

export interface Failed {
  readonly kind: 'failed';
  readonly failure: ImageFailure;
}

export const failed = (imageId: ImageId, failureCode: string, failureReason: string): Failed => ({
  kind: 'failed',
  failure: { imageId, failureCode, failureReason },
});

/** Finds one image of a batch. A problem is an entry in `failures`, not an error of the call. */
export function findImage(
  repository: Repository,
  imageId: ImageId,
): Failed | { readonly kind: 'found'; readonly image: Image } {
  const { imageDigest, imageTag } = imageId;
  if (imageDigest === undefined && imageTag === undefined)
    return failed(imageId, 'MissingDigestAndTag', 'Invalid request parameters: both tag and digest cannot be null');
  const image = imageTag === undefined ? repository.image(imageDigest ?? '') : repository.tagged(imageTag);
  if (image === undefined) return failed(imageId, 'ImageNotFound', 'Requested image not found');
  if ((imageDigest ?? image.manifest.digest) === image.manifest.digest) return { kind: 'found', image };
  return failed(imageId, 'ImageTagDoesNotMatchDigest', `'${imageTag}' does not name the image '${imageDigest}'`);
}
