import { findImage, type ImageFailure, type ImageId } from './image-id';
import type { Registry } from './registry';
import type { Repository } from './repository';
import { answerByTag, type ManifestAnswer } from './translation';

export type Pull =
  | { readonly kind: 'pulled'; readonly answer: ManifestAnswer }
  | { readonly kind: 'failed'; readonly failure: ImageFailure };

/** Gives an image to a client that accepts some media types, as `BatchGetImage` and a pull over the registry API do. */
export function pullImage(
  registry: Registry,
  repository: Repository,
  imageId: ImageId,
  accepts: (mediaType: string) => boolean,
  principal?: string,
): Pull {
  const failed = (failureCode: string, failureReason: string): Pull => ({
    kind: 'failed',
    failure: { imageId, failureCode, failureReason },
  });
  if (!repository.isKeyUsable) return failed('KmsError', "The KMS key of the repository can't be used");
  const upstream = imageId.imageTag === undefined ? undefined : registry.upstreamFailureOf(repository.name);
  if (upstream !== undefined) return failed(upstream, 'The upstream registry did not give the image');
  const found = findImage(repository, imageId);
  if (found.kind === 'failed') return found;
  const { manifest, storageClass } = found.image;
  // The code is in the service model, but no page says what an archived image gets.
  if (storageClass === 'ARCHIVE') return failed('ImageInaccessible', 'Requested image is archived');
  const answer = imageId.imageDigest === undefined ? answerByTag(manifest, accepts) : manifest;
  // AWS documents that there is no translation, but not its answer. For this client, there is no image.
  if (answer === undefined) return failed('ImageNotFound', 'Requested image not found');
  registry.recordPull(repository, manifest.digest, principal);
  return { kind: 'pulled', answer };
}
