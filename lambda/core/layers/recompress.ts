import { createHash } from 'node:crypto';
import { addAbortSignal, pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { LayerRefused } from './layer-refused';
import { decompressZstd, hasZstd } from './zstd';

export { LayerRefused };

export interface RecompressOptions {
  readonly compression: 'zstd' | 'none';
  /** What the tar must hash to: that of this layer in `rootfs.diff_ids` of the image config. */
  readonly diffId: string;
  /** A layer whose tar is larger is refused. */
  readonly maxTarBytes: number;
  /** Of gzip, from 1 to 9. */
  readonly level?: number;
  /** Ends it with the reason of the signal. */
  readonly signal?: AbortSignal;
}

export interface RecompressedLayer {
  readonly digest: string;
  readonly size: number;
  readonly tarBytes: number;
}

/**
 * Level 6 takes 1.8 times the CPU time for 2.5 % fewer bytes, and somebody waits for the companion, in the minutes that Lambda has.
 * docs/adr/0007-recompression-in-the-account.md has the measurement.
 */
const DEFAULT_LEVEL = 4;
/** Fewer turns between threads than with the 16 KiB that Node.js has by default. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Rewrites a layer as gzip, while it is read: `gzip` has the new blob in chunks, and `result` its digest after the last of them. The tar is
 * verified against its diff_id, so a layer that gets a `result` has the same files.
 * @throws LayerRefused from `gzip` and `result` if the layer is damaged, too large, or not the one that the config names; what `blob`
 * throws comes out as it is
 */
export function recompress(
  blob: AsyncIterable<Uint8Array>,
  options: RecompressOptions,
): { readonly gzip: AsyncIterable<Uint8Array>; readonly result: Promise<RecompressedLayer> } {
  if (options.compression === 'zstd' && !hasZstd())
    throw new Error('this version of Node.js cannot read zstd; use 22.15 or later, or 23.8 or later');
  let resolve: (layer: RecompressedLayer) => void;
  let reject: (error: unknown) => void;
  const result = new Promise<RecompressedLayer>((...settle) => {
    [resolve, reject] = settle;
  });
  // Whoever reads `gzip` gets the error there, and need not ask for the result any more.
  result.catch(() => {});
  async function* gzip(): AsyncGenerator<Uint8Array> {
    try {
      resolve(yield* compress(blob, options));
    } catch (error) {
      const reason = options.signal?.aborted ? options.signal.reason : error;
      reject(reason);
      throw reason;
    } finally {
      reject(new Error('the gzip layer was not read to its end'));
    }
  }
  return { gzip: gzip(), result };
}

async function* compress(
  blob: AsyncIterable<Uint8Array>,
  options: RecompressOptions,
): AsyncGenerator<Uint8Array, RecompressedLayer> {
  const { compression, level = DEFAULT_LEVEL, maxTarBytes, signal } = options;
  const tar = new VerifiedTar(options);
  const gzip = createGzip({ level, chunkSize: CHUNK_BYTES });
  if (signal) addAbortSignal(signal, gzip);
  // Whoever reads `gzip` gets the error, too.
  pipeline(tar.read(compression === 'zstd' ? decompressZstd(blob, maxTarBytes) : blob), gzip, () => {});
  const hash = createHash('sha256');
  let size = 0;
  for await (const bytes of gzip as AsyncIterable<Uint8Array>) {
    hash.update(bytes);
    size += bytes.length;
    yield bytes;
  }
  return { digest: `sha256:${hash.digest('hex')}`, size, tarBytes: tar.size };
}

/** Passes a tar on, and does not let its reader see the end of a wrong one. */
class VerifiedTar {
  size = 0;

  constructor(readonly options: Pick<RecompressOptions, 'diffId' | 'maxTarBytes'>) {}

  async *read(tar: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { diffId, maxTarBytes } = this.options;
    const hash = createHash('sha256');
    for await (const bytes of tar) {
      this.size += bytes.length;
      if (this.size > maxTarBytes)
        throw new LayerRefused('layer-too-large', `the tar of the layer has more than ${maxTarBytes} bytes, the limit`);
      hash.update(bytes);
      yield bytes;
    }
    const digest = `sha256:${hash.digest('hex')}`;
    if (digest !== diffId)
      throw new LayerRefused(
        'layer-content-mismatch',
        `the tar of the layer hashes to ${digest}, but the image config says ${diffId}`,
      );
  }
}
