import { AwsError } from '../../aws/error';
import { deleteImage } from '../delete-image';
import { imageAlreadyExists } from '../errors';
import type { ImageFailure, ImageId } from '../image-id';
import { DOCKER_MANIFEST } from '../media-types';
import { pullImage } from '../pull-image';
import { putImage } from '../put-image';
import { moveImage, statusOf } from '../storage-class';
import { imageIdOf, imageOf, type Operations, repositoryOf } from './operation';

/** From the service model; every other registry has this limit too. */
const MAX_MANIFEST_CHARACTERS = 4_194_304;

/** A client that names no type is taken for one of the oldest, which knew Docker V2 Schema 2 only. */
const DEFAULT_ACCEPTED: readonly string[] = [DOCKER_MANIFEST];

export const imageOperations: Operations = {
  BatchGetImage(input, { registry, principal }) {
    const repository = repositoryOf(input, registry);
    const imageIds = input.objects('imageIds', { min: 1, max: 100 }).map(imageIdOf);
    const accepted = input.optionalStrings('acceptedMediaTypes', { min: 1, max: 100 }) ?? DEFAULT_ACCEPTED;
    const images: object[] = [];
    const failures: ImageFailure[] = [];
    for (const imageId of imageIds) {
      const accepts = (mediaType: string) => accepted.includes(mediaType);
      const pull = pullImage(registry, repository, imageId, accepts, principal);
      if (pull.kind === 'failed') {
        failures.push(pull.failure);
        continue;
      }
      const { answer } = pull;
      images.push({
        registryId: registry.accountId,
        repositoryName: repository.name,
        imageId: { ...imageId, imageDigest: answer.digest },
        imageManifest: answer.bytes.toString('utf8'),
        imageManifestMediaType: answer.mediaType,
      });
    }
    return { images, failures };
  },

  PutImage(input, { registry }) {
    const repository = repositoryOf(input, registry);
    const text = input.string('imageManifest', { min: 1, max: MAX_MANIFEST_CHARACTERS });
    const tag = input.optionalString('imageTag', { min: 1, max: 300 });
    const { kind, manifest } = putImage(registry, repository, {
      bytes: Buffer.from(text, 'utf8'),
      mediaType: input.optionalString('imageManifestMediaType'),
      tag,
      digest: input.optionalString('imageDigest'),
    });
    // AWS does not document the case without a tag. The message has a place for the tag, so it gets the same error.
    if (kind === 'already there') throw imageAlreadyExists(manifest.digest, tag, registry.idOf(repository.name));
    return {
      image: {
        registryId: registry.accountId,
        repositoryName: repository.name,
        imageId: { imageDigest: manifest.digest, imageTag: tag },
        imageManifest: text,
        imageManifestMediaType: manifest.mediaType,
      },
    };
  },

  UpdateImageStorageClass(input, { registry }) {
    const repository = repositoryOf(input, registry);
    const imageId = imageIdOf(input.object('imageId'));
    const to = input.oneOf('targetStorageClass', ['STANDARD', 'ARCHIVE']);
    const image = imageOf(imageId, registry, repository);
    if (image.storageClass === to)
      throw new AwsError('ImageStorageClassUpdateNotSupportedException', `The image is in the storage class ${to}`);
    moveImage(registry, repository, image, to);
    return { registryId: registry.accountId, repositoryName: repository.name, imageId, imageStatus: statusOf(image) };
  },

  BatchDeleteImage(input, { registry }) {
    const repository = repositoryOf(input, registry);
    const imageIds: ImageId[] = [];
    const failures: ImageFailure[] = [];
    for (const imageId of input.objects('imageIds', { min: 1, max: 100 }).map(imageIdOf)) {
      const deletion = deleteImage(registry, repository, imageId);
      if (deletion.kind === 'deleted') imageIds.push(...deletion.imageIds);
      else failures.push(deletion.failure);
    }
    return { imageIds, failures };
  },
};
