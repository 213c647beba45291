import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

export interface ExpectedGzip {
  /** As the descriptor of the layer says. */
  readonly size: number;
  readonly diffId: string;
  readonly maxTarBytes: number;
}

/**
 * Whether a blob is the gzip layer that a descriptor and a diff_id of a config describe. One that is not gzip, or whose tar is larger than
 * it may be, is not.
 */
export async function isGzipOf(
  blob: AsyncIterable<Uint8Array>,
  { size, diffId, maxTarBytes }: ExpectedGzip,
  signal?: AbortSignal,
): Promise<boolean> {
  const hash = createHash('sha256');
  const gunzip = createGunzip();
  let blobBytes = 0;
  let tarBytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of blob) {
      blobBytes += chunk.length;
      yield chunk;
    }
  }
  try {
    await pipeline(
      Readable.from(counted(), { objectMode: false }),
      gunzip,
      async (tar: AsyncIterable<Uint8Array>) => {
        for await (const chunk of tar) {
          tarBytes += chunk.length;
          if (tarBytes > maxTarBytes) throw new NotThatLayer();
          hash.update(chunk);
        }
      },
      signal ? { signal } : {},
    );
  } catch (error) {
    if (error instanceof NotThatLayer || isGzipError(error)) return false;
    throw error;
  }
  // Node.js ignores zeros after the gzip; Go refuses a layer that has them: https://pkg.go.dev/compress/gzip#Reader.Multistream
  const isWhole = blobBytes === size && gunzip.bytesWritten === size;
  return isWhole && `sha256:${hash.digest('hex')}` === diffId;
}

class NotThatLayer extends Error {}

/** https://nodejs.org/api/zlib.html#for-zlib-based-streams */
const isGzipError = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && /^Z_/.test(String(error.code));
