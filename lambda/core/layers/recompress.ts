// Stand-in until the branch layers is merged.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGzip, createZstdDecompress } from 'node:zlib';
import { LayerRefused } from './layer-refused';

export interface RecompressOptions {
  readonly compression: 'zstd' | 'none';
  readonly diffId: string;
  readonly maxTarBytes: number;
  readonly level?: number;
  readonly signal?: AbortSignal;
}
export function recompress(
  blob: AsyncIterable<Uint8Array>,
  options: RecompressOptions,
): {
  readonly gzip: AsyncIterable<Uint8Array>;
  readonly result: Promise<{ digest: string; size: number; tarBytes: number }>;
} {
  const {
    promise: result,
    resolve,
    reject,
  } = Promise.withResolvers<{ digest: string; size: number; tarBytes: number }>();
  result.catch(() => {});
  const source = Readable.from(blob, { objectMode: false });
  const input = options.compression === 'zstd' ? source.pipe(createZstdDecompress()) : source;
  source.on('error', (e) => input.destroy(e));
  async function* gzip() {
    try {
      const tarHash = createHash('sha256');
      let tarBytes = 0;
      const out = Readable.from(
        (async function* () {
          for await (const chunk of input) {
            options.signal?.throwIfAborted();
            tarBytes += chunk.length;
            if (tarBytes > options.maxTarBytes)
              throw new LayerRefused('layer-too-large', `the tar has more than ${options.maxTarBytes} bytes`);
            tarHash.update(chunk);
            yield chunk;
          }
        })(),
        { objectMode: false },
      );
      const gz = createGzip({ level: options.level ?? 6 });
      out.on('error', (e) => gz.destroy(e));
      const hash = createHash('sha256');
      let size = 0;
      for await (const chunk of out.pipe(gz)) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
      const diffId = `sha256:${tarHash.digest('hex')}`;
      if (diffId !== options.diffId)
        throw new LayerRefused('digest-mismatch', `the tar hashes to ${diffId}, not ${options.diffId}`);
      resolve({ digest: `sha256:${hash.digest('hex')}`, size, tarBytes });
    } catch (error) {
      reject(error);
      throw error;
    }
  }
  return { gzip: gzip(), result };
}
