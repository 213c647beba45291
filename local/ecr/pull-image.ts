import { type Failed, failed, findImage, type ImageId } from './image-id';
import type { Registry } from './registry';
import type { Repository } from './repository';
import { answerByTag, type ManifestAnswer } from './translation';

/** Gives an image to a client that accepts some media types, as `BatchGetImage` and a pull over the registry API do. */
export function pullImage(
  registry: Registry,
  repository: Repository,
  imageId: ImageId,
  accepts: (mediaType: string) => boolean,
  principal?: string,
): Failed | { readonly kind: 'pulled'; readonly answer: ManifestAnswer } {
  if (!repository.isKeyUsable) return failed(imageId, 'KmsError', "The KMS key of the repository can't be used");
  const upstream = imageId.imageTag === undefined ? undefined : registry.upstreamFailureOf(repository.name);
  if (upstream !== undefined) return failed(imageId, upstream, 'The upstream registry did not give the image');
  const found = findImage(repository, imageId);
  if (found.kind === 'failed') return found;
  const { manifest, storageClass } = found.image;
  // The code is in the service model, but no page says what an archived image gets.
  if (storageClass === 'ARCHIVE') return failed(imageId, 'ImageInaccessible', 'Requested image is archived');
  const answer = imageId.imageDigest === undefined ? answerByTag(manifest, accepts) : manifest;
  // AWS documents that there is no translation, but not its answer. For this client, there is no image.
  if (answer === undefined) return failed(imageId, 'ImageNotFound', 'Requested image not found');
  registry.recordPull(repository, manifest.digest, principal);
  return { kind: 'pulled', answer };
}
