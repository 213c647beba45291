import { setTimeout as pause } from 'node:timers/promises';
import { GetDownloadUrlForLayerCommand } from '@aws-sdk/client-ecr';
import { TransientFailure } from '../core/errors';
import { LayerRefused } from '../core/layers/layer-refused';
import type { EcrCalls } from './ecr-calls';

/** What a download needs of the global `fetch`. */
export type Fetch = (
  url: string,
  options: { readonly signal: AbortSignal; readonly headers?: Readonly<Record<string, string>> },
) => Promise<FetchResponse>;

export interface FetchResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** A connection that says nothing for this long is taken for broken. */
const STALL_MS = 30_000;
/** In a row, without a byte in between. */
const MAX_FAILURES = 5;
const FIRST_PAUSE_MS = 25;
/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: S3, where the layers are, has no byte at the start of the range. */
const INVALID_RANGE = 416;

/** @throws as ECR's API does */
export async function downloadUrlOf(calls: EcrCalls, repositoryName: string, layerDigest: string): Promise<string> {
  const { downloadUrl } = await calls.call('GetDownloadUrlForLayer', repositoryName, (options) =>
    calls.client.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest }), options),
  );
  if (downloadUrl) return downloadUrl;
  throw new TransientFailure(`ECR gave no download URL for ${layerDigest} of ${repositoryName}`);
}

/**
 * The bytes of a layer. A download that breaks goes on from its last byte, by a new URL: those of ECR expire while a large layer is read.
 * @param size as the manifest says
 * @throws TransientFailure if it breaks five times without a byte in between
 * @throws LayerRefused if it has fewer bytes, which no attempt will change
 */
export async function* streamLayer(
  calls: EcrCalls,
  repository: string,
  digest: string,
  size: number,
  fetchUrl: Fetch,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (let failures = 0; offset < size; ) {
    const url = await downloadUrlOf(calls, repository, digest);
    let problem = 'ended early';
    try {
      for await (const chunk of bytesFrom(url, offset, fetchUrl, calls.signal)) {
        offset += chunk.length;
        failures = 0;
        yield chunk;
      }
    } catch (error) {
      calls.signal?.throwIfAborted();
      if (error instanceof RangeRefused)
        throw new LayerRefused('layer-corrupt', `${digest} has ${offset} bytes, the manifest says ${size}`);
      problem = String(error);
    }
    if (offset >= size) return;
    failures += 1;
    if (failures >= MAX_FAILURES)
      throw new TransientFailure(
        `download of ${digest} of ${repository} broke at byte ${offset} of ${size}: ${problem}`,
      );
    if (failures > 1)
      await pause(FIRST_PAUSE_MS * 2 ** failures, undefined, calls.signal ? { signal: calls.signal } : {});
  }
}

class RangeRefused extends Error {}

async function* bytesFrom(
  url: string,
  offset: number,
  fetchUrl: Fetch,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const stall = new AbortController();
  const either = signal ? AbortSignal.any([signal, stall.signal]) : stall.signal;
  const inTime = <T>(wait: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => stall.abort(new Error(`nothing came for ${STALL_MS / 1000} seconds`)), STALL_MS);
    return wait.finally(() => clearTimeout(timer));
  };
  const response = await inTime(fetchUrl(url, { signal: either, headers: { range: `bytes=${offset}-` } }));
  if (response.status === INVALID_RANGE) throw new RangeRefused();
  if (!response.ok || !response.body) throw new Error(`it answered ${response.status}`);
  // A server may ignore the range.
  let toSkip = response.status === 206 ? 0 : offset;
  const chunks = response.body[Symbol.asyncIterator]();
  try {
    for (let next = await inTime(chunks.next()); !next.done; next = await inTime(chunks.next())) {
      const chunk = next.value.subarray(Math.min(toSkip, next.value.length));
      toSkip -= next.value.length - chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  } finally {
    await chunks.return?.();
  }
}
