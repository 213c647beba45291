import { pipeline } from 'node:stream';
// The names that older versions of Node.js lack are looked up when they are needed.
import zlib from 'node:zlib';
import { LayerRefused } from './layer-refused';
import { type FramePiece, FrameSplitter } from './zstd-frames';
import type { DataFrame } from './zstd-header';

/** 128 MiB: what `--long=27` and the highest level use, and the most that zstd accepts if it is not asked for more. */
const MAX_WINDOW_LOG = 27;
const CHUNK_BYTES = 128 * 1024;

/** node:zlib has zstd since 22.15 and 23.8. https://nodejs.org/api/zlib.html#class-zlibzstddecompress */
export function hasZstd(): boolean {
  return typeof zlib.createZstdDecompress === 'function';
}

/**
 * Decompresses a zstd file, frame by frame.
 * @throws LayerRefused if it is damaged, or would take more than it may; while it is read
 */
export async function* decompressZstd(blob: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  const pieces = piecesOf(blob);
  try {
    let promised = 0;
    for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) {
      promised += piece.value.frame.contentSize ?? 0;
      refuseLarge(piece.value.frame, promised, maxBytes);
      yield* decompressFrame(piece.value, pieces);
    }
  } finally {
    await pieces.return(undefined);
  }
}

async function* piecesOf(blob: AsyncIterable<Uint8Array>): AsyncGenerator<FramePiece, undefined> {
  const splitter = new FrameSplitter();
  for await (const chunk of blob) yield* splitter.split(chunk);
  splitter.end();
}

function refuseLarge({ windowSize }: DataFrame, promised: number, maxBytes: number): void {
  if (windowSize > 2 ** MAX_WINDOW_LOG)
    throw new LayerRefused(
      'layer-too-large',
      `to decompress the layer takes a zstd window of ${windowSize} bytes, the limit is ${2 ** MAX_WINDOW_LOG} (zstd --long=${MAX_WINDOW_LOG})`,
    );
  if (promised > maxBytes)
    throw new LayerRefused(
      'layer-too-large',
      `the zstd frames announce ${promised} bytes of tar, the limit is ${maxBytes}`,
    );
}

async function* decompressFrame(
  first: FramePiece,
  rest: AsyncGenerator<FramePiece, undefined>,
): AsyncGenerator<Uint8Array> {
  const { contentSize = Number.POSITIVE_INFINITY } = first.frame;
  const zstd = zlib.createZstdDecompress({ chunkSize: CHUNK_BYTES });
  // Whoever reads `zstd` gets the error, too.
  pipeline(frameBytes(first, rest), zstd, () => {});
  let size = 0;
  try {
    for await (const bytes of zstd as AsyncIterable<Uint8Array>) {
      size += bytes.length;
      // zstd itself can notice it as late as at the end of the frame.
      if (size > contentSize)
        throw new LayerRefused(
          'layer-corrupt',
          `a zstd frame has more than the ${contentSize} bytes that it announces`,
        );
      yield bytes;
    }
  } catch (error) {
    throw isDamage(error)
      ? new LayerRefused('layer-corrupt', `zstd cannot decompress the layer: ${error.message}`)
      : error;
  }
}

async function* frameBytes(first: FramePiece, rest: AsyncGenerator<FramePiece, undefined>): AsyncGenerator<Uint8Array> {
  let piece: FramePiece | undefined = first;
  while (piece) {
    yield piece.bytes;
    piece = piece.isLast ? undefined : (await rest.next()).value;
  }
}

/** Lack of memory is the one error of zstd that says nothing about the layer. */
function isDamage(error: unknown): error is Error {
  const code = `${Object(error).code}`;
  return code.startsWith('ZSTD_error_') && code !== 'ZSTD_error_memory_allocation';
}
