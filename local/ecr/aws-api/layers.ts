import { AwsError } from '../../aws/error';
import { isSha256 } from '../digest';
import { invalidParameter, layerNotFound, uploadNotFound } from '../errors';
import type { Registry } from '../registry';
import type { Repository } from '../repository';
import type { UploadSession } from '../uploads';
import type { Input } from './input';
import { type Operations, repositoryOf } from './operation';

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html : parts of 5 to 10 MiB, the last one may be smaller. */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const SUGGESTED_PART_BYTES = 10 * 1024 * 1024;
const MAX_PART_BYTES = 20 * 1024 * 1024;

function sessionOf(input: Input, registry: Registry, repository: Repository): UploadSession {
  const id = input.string('uploadId');
  const session = registry.uploads.find(repository.name, id);
  if (session === undefined) throw uploadNotFound(id, registry.idOf(repository.name));
  return session;
}

function checkPart(session: UploadSession, first: number, last: number, bytes: Buffer, registryId: string): void {
  const expected = session.blob.length;
  if (!session.blob.busy && first === expected && last - first + 1 === bytes.length) return;
  throw new AwsError(
    'InvalidLayerPartException',
    `expected a part that starts at byte ${expected} and is as long as its range; got bytes ${first} to ${last} with ${bytes.length} bytes`,
    {
      registryId,
      repositoryName: session.repository,
      uploadId: session.id,
      lastValidByteReceived: expected - 1,
    },
  );
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
    const layers: object[] = [];
    const failures: object[] = [];
    for (const layerDigest of input.strings('layerDigests', { min: 1, max: 100 })) {
      if (!isSha256(layerDigest)) {
        failures.push({ layerDigest, failureCode: 'InvalidLayerDigest', failureReason: 'Invalid layer digest' });
      } else if (repository.hasBlob(layerDigest)) {
        layers.push({ layerDigest, layerAvailability: 'AVAILABLE', layerSize: registry.blobs.size(layerDigest) });
      } else {
        layers.push({ layerDigest, layerAvailability: 'UNAVAILABLE' });
      }
    }
    return { layers, failures };
  },

  InitiateLayerUpload(input, { registry }) {
    const { name } = repositoryOf(input, registry);
    return { uploadId: registry.uploads.begin(name).id, partSize: SUGGESTED_PART_BYTES };
  },

  async UploadLayerPart(input, { registry }) {
    const repository = repositoryOf(input, registry);
    const session = sessionOf(input, registry, repository);
    const bytes = Buffer.from(input.string('layerPartBlob'), 'base64');
    if (bytes.length > MAX_PART_BYTES) throw invalidParameter('layerPartBlob', `At most ${MAX_PART_BYTES} bytes`);
    const first = input.integer('partFirstByte', { min: 0 });
    const last = input.integer('partLastByte', { min: 0 });
    checkPart(session, first, last, bytes, registry.accountId);
    await session.blob.append(chunksOf(bytes));
    session.partSizes.push(bytes.length);
    return {
      registryId: registry.accountId,
      repositoryName: repository.name,
      uploadId: session.id,
      lastByteReceived: session.blob.length - 1,
    };
  },

  async CompleteLayerUpload(input, { registry }) {
    const repository = repositoryOf(input, registry);
    const session = sessionOf(input, registry, repository);
    const [layerDigest = ''] = input.strings('layerDigests', { min: 1, max: 100 });
    if (session.partSizes.length === 0) throw new AwsError('EmptyUploadException', 'The upload has no layer parts');
    if (session.partSizes.slice(0, -1).some((size) => size < MIN_PART_BYTES)) {
      throw new AwsError('LayerPartTooSmallException', `Layer parts must be at least ${MIN_PART_BYTES} bytes in size`);
    }
    if (repository.hasBlob(layerDigest)) {
      await registry.uploads.cancel(session);
      throw new AwsError(
        'LayerAlreadyExistsException',
        `Layer with digest '${layerDigest}' already exists in the repository with name '${repository.name}' in the registry with id '${registry.accountId}'`,
      );
    }
    const computed = session.blob.digest;
    if (!(await registry.uploads.complete(session, layerDigest))) {
      throw new AwsError(
        'InvalidLayerException',
        `Layer digest '${layerDigest}' does not match the digest '${computed}' calculated from the uploaded layer`,
      );
    }
    repository.addBlob(layerDigest);
    return { registryId: registry.accountId, repositoryName: repository.name, uploadId: session.id, layerDigest };
  },
};

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
