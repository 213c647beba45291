import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { decompressZstd, hasZstd } from '../../../lambda/core/layers/zstd';
import { CliError } from '../../cli/errors';

const MAGIC_BYTES = 4;

/**
 * The sha256 of a layer's tar. How the layer is compressed is seen from its first bytes, whatever its media type says.
 * @throws what the decompression throws if the layer is damaged
 */
export async function diffIdOf(blob: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of await tarOf(blob)) hash.update(bytes);
  return `sha256:${hash.digest('hex')}`;
}

async function tarOf(blob: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const chunks = blob[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < MAGIC_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const all = after(head, chunks);
  // The reader of the tar gets the error, too.
  if (head[0] === 0x1f && head[1] === 0x8b)
    return pipeline(Readable.from(all, { objectMode: false }), createGunzip(), () => {});
  const magic = head.length < MAGIC_BYTES ? 0 : head.readUInt32LE();
  // A data frame, or one of the skippable frames that can precede it: https://www.rfc-editor.org/rfc/rfc8878#section-3.1
  if (magic !== 0xfd2fb528 && (magic & 0xfffffff0) >>> 0 !== 0x184d2a50) return all;
  if (!hasZstd())
    throw new CliError(
      "This version of Node.js can't read zstd layers.",
      'Use Node.js 22.15 or later, or 23.8 or later.',
    );
  return decompressZstd(all, Number.POSITIVE_INFINITY);
}

async function* after(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
