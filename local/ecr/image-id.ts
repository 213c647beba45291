import { isSha256 } from './digest';
import { isTag } from './names';
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

export type Found =
  | { readonly kind: 'found'; readonly image: Image }
  | { readonly kind: 'failed'; readonly failure: ImageFailure };

/** Finds one image of a batch. A problem is an entry in `failures`, not an error of the call. */
export function findImage(repository: Repository, imageId: ImageId): Found {
  const { imageDigest, imageTag } = imageId;
  const failed = (failureCode: string, failureReason: string): Found => ({
    kind: 'failed',
    failure: { imageId, failureCode, failureReason },
  });
  if (imageDigest === undefined && imageTag === undefined)
    return failed('MissingDigestAndTag', 'Invalid request parameters: both tag and digest cannot be null');
  if (imageDigest !== undefined && !isSha256(imageDigest)) {
    const pattern = '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+';
    return failed(
      'InvalidImageDigest',
      `Invalid request parameters: image digest should satisfy the regex '${pattern}'`,
    );
  }
  if (imageTag !== undefined && !isTag(imageTag)) {
    const pattern = '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}';
    return failed('InvalidImageTag', `Invalid request parameters: image tag should satisfy the regex '${pattern}'`);
  }
  const image = imageTag === undefined ? repository.image(imageDigest ?? '') : repository.tagged(imageTag);
  if (image === undefined) return failed('ImageNotFound', 'Requested image not found');
  if (imageDigest !== undefined && imageDigest !== image.manifest.digest) {
    return failed(
      'ImageTagDoesNotMatchDigest',
      `Tag '${imageTag}' does not name the image with digest '${imageDigest}'`,
    );
  }
  return { kind: 'found', image };
}
