import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { type RecompressedLayer, type RecompressOptions, recompress } from '../../lambda/core/layers/recompress';

export const sha256 = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A download that gives so many bytes at a time. */
export async function* inChunks(bytes: Uint8Array, size = 64 * 1024): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A number as zstd stores it. */
function littleEndian(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes.subarray(0, length);
}

/** A frame that decompression leaves out. */
export const skippableFrame = (content: Uint8Array, variant = 0): Buffer =>
  Buffer.concat([littleEndian(0x184d2a50 + variant, 4), littleEndian(content.length, 4), content]);

export const RLE_BLOCK_BYTES = 128 * 1024;

/** A small frame of much content: each block says only which byte to repeat. */
export function rleFrame({ blocks = 1, windowDescriptor = 0x50, contentSize = -1 }): Buffer {
  const header =
    contentSize < 0
      ? Buffer.from([0x00, windowDescriptor])
      : Buffer.concat([Buffer.from([0xc0, windowDescriptor]), littleEndian(contentSize, 8)]);
  const block = (at: number) =>
    Buffer.concat([littleEndian(RLE_BLOCK_BYTES * 8 + 2 + (at === blocks - 1 ? 1 : 0), 3), Buffer.from('a')]);
  return Buffer.concat([littleEndian(0xfd2fb528, 4), header, ...Array.from({ length: blocks }, (_, at) => block(at))]);
}

export interface Recompressed {
  readonly layer: RecompressedLayer;
  readonly gzip: Buffer;
  readonly tar: Buffer;
}

/** Recompresses a blob to the end. @throws what `recompress` throws */
export async function recompressed(
  blob: AsyncIterable<Uint8Array>,
  options: Partial<RecompressOptions> & Pick<RecompressOptions, 'diffId'>,
): Promise<Recompressed> {
  const { gzip, result } = recompress(blob, { compression: 'zstd', maxTarBytes: 1e9, ...options });
  const chunks: Uint8Array[] = [];
  for await (const chunk of gzip) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return { layer: await result, gzip: bytes, tar: gunzipSync(bytes) };
}
