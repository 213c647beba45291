import { randomUUID } from 'node:crypto';
import { AwsError } from '../../aws/error';
import { isSha256 } from '../digest';
import {
  invalidLayer,
  invalidLayerPart,
  invalidParameter,
  kmsFailure,
  layerAlreadyExists,
  layerNotFound,
  uploadNotFound,
} from '../errors';
import type { LayerUpload, Registry } from '../registry';
import type { Input } from './input';
import { type Operations, repositoryOf } from './operation';

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html : 4,200 parts of 5 to 10 MiB, the last one may be smaller. */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const PROPOSED_PART_BYTES = 10 * 1024 * 1024;
const MAX_PARTS = 4_200;
/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html */
const MAX_PART_BYTES = 20_971_520;

/** An id is valid only in the repository that began it. */
function uploadOf(input: Input, registry: Registry): LayerUpload {
  const repository = repositoryOf(input, registry);
  const id = input.string('uploadId');
  const upload = registry.layerUploads.get(id);
  if (upload?.repository !== repository.name) throw uploadNotFound(id, registry.idOf(repository.name));
  return upload;
}

export const layerOperations: Operations = {
  GetDownloadUrlForLayer(input, { registry, origin }) {
    const repository = repositoryOf(input, registry);
    const layerDigest = input.string('layerDigest');
    if (!isSha256(layerDigest)) throw invalidParameter('layerDigest', 'Invalid digest');
    if (!repository.hasBlob(layerDigest)) throw layerNotFound(layerDigest, registry.idOf(repository.name));
    return { downloadUrl: `${origin}/blob-download/${repository.name}/${layerDigest}`, layerDigest };
  },

  BatchCheckLayerAvailability(input, { registry }) {
    const repository = repositoryOf(input, registry);
    const digests = input.strings('layerDigests', { min: 1, max: 100 });
    const layers = digests
      .filter(isSha256)
      .map((layerDigest) =>
        repository.hasBlob(layerDigest)
          ? { layerDigest, layerAvailability: 'AVAILABLE', layerSize: registry.blobs.size(layerDigest) }
          : { layerDigest, layerAvailability: 'UNAVAILABLE' },
      );
    const failures = digests
      .filter((digest) => !isSha256(digest))
      .map((layerDigest) => ({
        layerDigest,
        failureCode: 'InvalidLayerDigest',
        failureReason: 'Invalid layer digest',
      }));
    return { layers, failures };
  },

  InitiateLayerUpload(input, { registry }) {
    const { name, isKeyUsable } = repositoryOf(input, registry);
    if (!isKeyUsable) throw kmsFailure(registry.idOf(name));
    const uploadId = randomUUID();
    registry.layerUploads.set(uploadId, { repository: name, blob: registry.blobs.begin(), partSizes: [] });
    return { uploadId, partSize: PROPOSED_PART_BYTES };
  },

  async UploadLayerPart(input, { registry }) {
    const { repository, blob, partSizes } = uploadOf(input, registry);
    const bytes = Buffer.from(input.string('layerPartBlob'), 'base64');
    if (bytes.length > MAX_PART_BYTES) throw invalidParameter('layerPartBlob', `At most ${MAX_PART_BYTES} bytes`);
    if (partSizes.length >= MAX_PARTS) throw new AwsError('LimitExceededException', `At most ${MAX_PARTS} layer parts`);
    const uploadId = input.string('uploadId');
    const [first, last] = [input.integer('partFirstByte', { min: 0 }), input.integer('partLastByte', { min: 0 })];
    if (first !== blob.length || last - first + 1 !== bytes.length)
      throw invalidLayerPart(uploadId, blob.length - 1, registry.idOf(repository));
    // At once, so that a second part that arrives meanwhile is out of order.
    const whenAppended = blob.append([bytes]);
    partSizes.push(bytes.length);
    await whenAppended;
    return { registryId: registry.accountId, repositoryName: repository, uploadId, lastByteReceived: last };
  },

  async CompleteLayerUpload(input, { registry }) {
    const { repository: name, blob, partSizes } = uploadOf(input, registry);
    const repository = registry.get(name);
    const uploadId = input.string('uploadId');
    const [layerDigest = ''] = input.strings('layerDigests', { min: 1, max: 100 });
    if (partSizes.length === 0) throw new AwsError('EmptyUploadException', 'The upload has no layer parts');
    if (partSizes.slice(0, -1).some((size) => size < MIN_PART_BYTES))
      throw new AwsError('LayerPartTooSmallException', `Layer parts must be at least ${MIN_PART_BYTES} bytes in size`);
    registry.layerUploads.delete(uploadId);
    const computed = blob.digest;
    if (!(await registry.blobs.commit(blob, layerDigest))) throw invalidLayer(layerDigest, computed);
    if (repository.hasBlob(layerDigest)) throw layerAlreadyExists(layerDigest, registry.idOf(name));
    repository.addBlob(layerDigest);
    return { registryId: registry.accountId, repositoryName: name, uploadId, layerDigest };
  },
};
