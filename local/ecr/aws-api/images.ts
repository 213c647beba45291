import { deleteImage } from '../delete-image';
import { imageAlreadyExists } from '../errors';
import { findImage, type ImageFailure, type ImageId } from '../image-id';
import { DOCKER_MANIFEST } from '../media-types';
import { putImage } from '../put-image';
import { answerByTag } from '../translation';
import { imageIdOf, type Operations, repositoryOf } from './operation';

/** In the service model, and the limit of every other registry too. */
const MAX_MANIFEST_CHARACTERS = 4_194_304;

/** A client that names no type is taken to know Docker V2 Schema 2 only, as the oldest clients of this API did. */
const DEFAULT_ACCEPTED: readonly string[] = [DOCKER_MANIFEST];

export const imageOperations: Operations = {
  BatchGetImage(input, context) {
    const repository = repositoryOf(input, context);
    const imageIds = input.objects('imageIds', { min: 1, max: 100 }).map(imageIdOf);
    const accepted = input.optionalStrings('acceptedMediaTypes', { min: 1, max: 100 }) ?? DEFAULT_ACCEPTED;
    const images: object[] = [];
    const failures: ImageFailure[] = [];
    for (const imageId of imageIds) {
      const found = findImage(repository, imageId);
      if (found.kind === 'failed') {
        failures.push(found.failure);
        continue;
      }
      const { manifest } = found.image;
      const answer =
        imageId.imageDigest === undefined
          ? answerByTag(repository, manifest, (mediaType) => accepted.includes(mediaType))
          : manifest;
      if (answer === undefined) {
        // AWS documents "no translation available" without the answer that goes with it; to the client the image it can read is not there.
        failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' });
        continue;
      }
      images.push({
        registryId: context.registry.accountId,
        repositoryName: repository.name,
        imageId: { ...imageId, imageDigest: answer.digest },
        imageManifest: answer.bytes.toString('utf8'),
        imageManifestMediaType: answer.mediaType,
      });
    }
    return { images, failures };
  },

  PutImage(input, context) {
    const repository = repositoryOf(input, context);
    const text = input.string('imageManifest', { min: 1, max: MAX_MANIFEST_CHARACTERS });
    const tag = input.optionalString('imageTag', { min: 1, max: 300 });
    const { registry } = context;
    const { kind, manifest } = putImage(registry, repository, {
      bytes: Buffer.from(text, 'utf8'),
      mediaType: input.optionalString('imageManifestMediaType'),
      tag,
      digest: input.optionalString('imageDigest'),
    });
    // Without a tag the case is not documented; the message has a place for the tag, so it is taken as the same one.
    if (kind === 'already there') throw imageAlreadyExists(manifest.digest, tag, registry.idOf(repository.name));
    return {
      image: {
        registryId: registry.accountId,
        repositoryName: repository.name,
        imageId: { imageDigest: manifest.digest, ...(tag === undefined ? {} : { imageTag: tag }) },
        imageManifest: text,
        imageManifestMediaType: manifest.mediaType,
      },
    };
  },

  BatchDeleteImage(input, context) {
    const repository = repositoryOf(input, context);
    const imageIds: ImageId[] = [];
    const failures: ImageFailure[] = [];
    for (const imageId of input.objects('imageIds', { min: 1, max: 100 }).map(imageIdOf)) {
      const deletion = deleteImage(context.registry, repository, imageId);
      if (deletion.kind === 'deleted') imageIds.push(...deletion.imageIds);
      else failures.push(deletion.failure);
    }
    return { imageIds, failures };
  },
};
