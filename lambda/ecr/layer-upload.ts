import {
  CompleteLayerUploadCommand,
  InitiateLayerUploadCommand,
  InvalidLayerPartException,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { RegistryRefusal, TransientFailure } from '../core/errors';
import type { EcrCalls } from './ecr-calls';
import { nameOf } from './ecr-errors';
import { availableLayers } from './layer-availability';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html */
const MAX_PART_BYTES = 20_971_520;

/**
 * Uploads a layer while it is being made, in parts of the size that ECR proposes. ECR takes the parts of a layer only in their order, so one
 * is on its way while the next is filled.
 * @param digest of these bytes, known at their end; if it rejects, the upload is left to ECR to drop
 */
export async function uploadLayer(
  calls: EcrCalls,
  repositoryName: string,
  bytes: AsyncIterable<Uint8Array>,
  digest: Promise<string>,
): Promise<void> {
  const { uploadId, partSize } = await calls.call('InitiateLayerUpload', repositoryName, (options) =>
    calls.client.send(new InitiateLayerUploadCommand({ repositoryName }), options),
  );
  if (!uploadId || !partSize) throw new TransientFailure(`ECR began no layer upload to ${repositoryName}`);
  const upload = { repositoryName, uploadId };
  let sent: Promise<void> = Promise.resolve();
  let first = 0;
  for await (const part of partsOf(bytes, Math.min(partSize, MAX_PART_BYTES))) {
    await sent;
    sent = uploadPart(calls, upload, first, part);
    // Awaited before the next part, or at the end. Until then a failure is not unhandled.
    sent.catch(() => {});
    first += part.length;
  }
  await sent;
  await complete(calls, upload, await digest);
}

interface Upload {
  readonly repositoryName: string;
  readonly uploadId: string;
}

/** All but the last have this size. */
async function* partsOf(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let part = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) {
      const some = chunk.subarray(at, at + size - filled);
      part.set(some, filled);
      filled += some.length;
      at += some.length;
      if (filled < size) continue;
      yield part;
      // The one that was yielded is on its way.
      part = Buffer.allocUnsafe(size);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

/** The SDK tries a part again. If ECR had it already, and only its answer was lost, that is known by the last byte that ECR names. */
async function uploadPart(calls: EcrCalls, upload: Upload, first: number, part: Uint8Array): Promise<void> {
  const partLastByte = first + part.length - 1;
  const command = new UploadLayerPartCommand({ ...upload, partFirstByte: first, partLastByte, layerPartBlob: part });
  try {
    await calls.attempt((options) => calls.client.send(command, options));
  } catch (error) {
    const isThere = error instanceof InvalidLayerPartException && error.lastValidByteReceived === partLastByte;
    if (isThere) return;
    if (nameOf(error) === 'LimitExceededException')
      throw new RegistryRefusal('limit-exceeded', `UploadLayerPart of ${upload.repositoryName}: ${error}`);
    throw calls.translated(error, 'UploadLayerPart', upload.repositoryName);
  }
}

async function complete(calls: EcrCalls, upload: Upload, digest: string): Promise<void> {
  const command = new CompleteLayerUploadCommand({ ...upload, layerDigests: [digest] });
  try {
    await calls.attempt((options) => calls.client.send(command, options));
  } catch (error) {
    if (nameOf(error) === 'LayerAlreadyExistsException') return;
    // The answer to an earlier attempt was lost: ECR has made a layer of the upload.
    if (nameOf(error) === 'UploadNotFoundException') {
      const available = await availableLayers(calls, upload.repositoryName, [digest]);
      if (available.has(digest)) return;
    }
    throw calls.translated(error, 'CompleteLayerUpload', upload.repositoryName);
  }
}
