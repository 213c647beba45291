import { AwsError } from '../../aws/error';
import { isSha256 } from '../digest';
import { invalidParameter, layerNotFound, uploadNotFound } from '../errors';
import type { Repository } from '../repository';
import type { UploadSession } from '../uploads';
import type { Input } from './input';
import { type Context, type Operations, repositoryOf } from './operation';

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html : parts of 5 to 10 MiB, the last one may be smaller. */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const SUGGESTED_PART_BYTES = 10 * 1024 * 1024;
const MAX_PART_BYTES = 20 * 1024 * 1024;

function sessionOf(input: Input, context: Context, repository: Repository): UploadSession {
  const id = input.string('uploadId');
  const session = context.registry.uploads.find(repository.name, id);
  if (session === undefined) throw uploadNotFound(id, context.registry.idOf(repository.name));
  return session;
}

function checkPart(session: UploadSession, first: number, last: number, bytes: Buffer, context: Context): void {
  const expected = session.blob.length;
  if (!session.blob.busy && first === expected && last - first + 1 === bytes.length) return;
  throw new AwsError(
    'InvalidLayerPartException',
    `The layer part must start at byte ${expected} and be as long as its range; it was bytes ${first} to ${last} with ${bytes.length} bytes`,
    {
      registryId: context.registry.accountId,
      repositoryName: session.repository,
      uploadId: session.id,
      lastValidByteReceived: expected - 1,
    },
  );
}

export const layerOperations: Operations = {
  GetDownloadUrlForLayer(input, context) {
    const repository = repositoryOf(input, context);
    const digest = input.string('layerDigest');
    if (!isSha256(digest)) throw invalidParameter('layerDigest', 'Invalid digest');
    if (!repository.hasBlob(digest)) throw layerNotFound(digest, context.registry.idOf(repository.name));
    return { downloadUrl: `${context.origin}/blob-download/${repository.name}/${digest}`, layerDigest: digest };
  },

  BatchCheckLayerAvailability(input, context) {
    const repository = repositoryOf(input, context);
    const layers: object[] = [];
    const failures: object[] = [];
    for (const layerDigest of input.strings('layerDigests', { min: 1, max: 100 })) {
      if (!isSha256(layerDigest)) {
        failures.push({ layerDigest, failureCode: 'InvalidLayerDigest', failureReason: 'Invalid layer digest' });
      } else if (repository.hasBlob(layerDigest)) {
        const layerSize = context.registry.blobs.size(layerDigest);
        layers.push({ layerDigest, layerAvailability: 'AVAILABLE', layerSize });
      } else {
        layers.push({ layerDigest, layerAvailability: 'UNAVAILABLE' });
      }
    }
    return { layers, failures };
  },

  InitiateLayerUpload(input, context) {
    const { name } = repositoryOf(input, context);
    return { uploadId: context.registry.uploads.begin(name).id, partSize: SUGGESTED_PART_BYTES };
  },

  async UploadLayerPart(input, context) {
    const repository = repositoryOf(input, context);
    const session = sessionOf(input, context, repository);
    const bytes = Buffer.from(input.string('layerPartBlob'), 'base64');
    if (bytes.length > MAX_PART_BYTES) throw invalidParameter('layerPartBlob', `At most ${MAX_PART_BYTES} bytes`);
    const first = input.integer('partFirstByte', { min: 0 });
    const last = input.integer('partLastByte', { min: 0 });
    checkPart(session, first, last, bytes, context);
    await session.blob.append(one(bytes));
    session.partSizes.push(bytes.length);
    return {
      registryId: context.registry.accountId,
      repositoryName: repository.name,
      uploadId: session.id,
      lastByteReceived: session.blob.length - 1,
    };
  },

  async CompleteLayerUpload(input, context) {
    const repository = repositoryOf(input, context);
    const { registry } = context;
    const session = sessionOf(input, context, repository);
    const [digest = ''] = input.strings('layerDigests', { min: 1, max: 100 });
    if (session.partSizes.length === 0) throw new AwsError('EmptyUploadException', 'The upload has no layer parts');
    if (session.partSizes.slice(0, -1).some((size) => size < MIN_PART_BYTES)) {
      throw new AwsError('LayerPartTooSmallException', `Layer parts must be at least ${MIN_PART_BYTES} bytes in size`);
    }
    if (repository.hasBlob(digest)) {
      await registry.uploads.cancel(session);
      throw new AwsError(
        'LayerAlreadyExistsException',
        `Layer with digest '${digest}' already exists in the repository with name '${repository.name}' in the registry with id '${registry.accountId}'`,
      );
    }
    const computed = session.blob.digest;
    if (!(await registry.uploads.complete(session, digest))) {
      throw new AwsError(
        'InvalidLayerException',
        `Layer digest '${digest}' does not match the digest '${computed}' calculated from the uploaded layer`,
      );
    }
    repository.addBlob(digest);
    return {
      registryId: registry.accountId,
      repositoryName: repository.name,
      uploadId: session.id,
      layerDigest: digest,
    };
  },
};

async function* one(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
