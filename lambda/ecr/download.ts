import { GetDownloadUrlForLayerCommand } from '@aws-sdk/client-ecr';
import { TransientFailure } from '../core/errors';
import type { EcrCalls } from './ecr-calls';

const TIMEOUT_MS = 10_000;

/** What a download needs of the global `fetch`. */
export type Fetch = (url: string, options: { readonly signal: AbortSignal }) => Promise<FetchResponse>;

interface FetchResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Downloads a blob. @throws Error if it has more than `maxBytes`; then it is not read to its end */
export async function download(
  calls: EcrCalls,
  repositoryName: string,
  layerDigest: string,
  maxBytes: number,
  fetchUrl: Fetch,
): Promise<Uint8Array> {
  const { downloadUrl } = await calls.call('GetDownloadUrlForLayer', repositoryName, (options) =>
    calls.client.send(new GetDownloadUrlForLayerCommand({ repositoryName, layerDigest }), options),
  );
  if (!downloadUrl) throw new TransientFailure(`ECR gave no download URL for ${layerDigest} of ${repositoryName}`);
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
