import { TransientFailure } from '../core/errors';
import type { EcrCalls } from './ecr-calls';
import { downloadUrlOf, type Fetch } from './layer-download';

const TIMEOUT_MS = 10_000;

/** Downloads a small blob. @throws Error if it has more than `maxBytes`; then it is not read to its end */
export async function download(
  calls: EcrCalls,
  repositoryName: string,
  layerDigest: string,
  maxBytes: number,
  fetchUrl: Fetch,
): Promise<Uint8Array> {
  const downloadUrl = await downloadUrlOf(calls, repositoryName, layerDigest);
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetchUrl(downloadUrl, {
    signal: calls.signal ? AbortSignal.any([calls.signal, timeout]) : timeout,
  });
  if (!response.ok || !response.body)
    throw new TransientFailure(`download of ${layerDigest} of ${repositoryName} answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`blob ${layerDigest} of ${repositoryName} has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
