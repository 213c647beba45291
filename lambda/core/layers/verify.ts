import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** Whether a gzip layer is the tar that a config names by this diff_id. A layer that is not gzip, or has more than these bytes, is not. */
export async function isGzipOf(
  gzip: AsyncIterable<Uint8Array>,
  diffId: string,
  maxTarBytes: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const hash = createHash('sha256');
  let tarBytes = 0;
  try {
    await pipeline(
      Readable.from(gzip, { objectMode: false }),
      createGunzip(),
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
  return `sha256:${hash.digest('hex')}` === diffId;
}

class NotThatLayer extends Error {}

/** https://nodejs.org/api/zlib.html#for-zlib-based-streams */
const isGzipError = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && /^Z_/.test(String(error.code));
