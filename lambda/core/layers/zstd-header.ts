import { LayerRefused } from './layer-refused';

/** https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
const MAGIC = 0xfd2fb528;
/** 16 of them. https://www.rfc-editor.org/rfc/rfc8878#section-3.1.2 */
const SKIPPABLE_MAGIC = 0x184d2a50;
const MAGIC_BYTES = 4;

/** What stands at the beginning of a frame. */
export type FrameStart = DataFrame | SkippableFrame;
export interface DataFrame {
  readonly kind: 'data';
  readonly headerBytes: number;
  /** What decompression has to remember, in bytes. */
  readonly windowSize: number;
  /** Of the decompressed frame, if the header promises it. */
  readonly contentSize: number | undefined;
  /** After the last block. */
  readonly checksumBytes: number;
}
/** Content for others: zstd:chunked and seekable zstd keep their table of contents in one. */
export interface SkippableFrame {
  readonly kind: 'skippable';
  readonly headerBytes: number;
  readonly skippedBytes: number;
}

/**
 * Reads the header of a frame.
 * @param bytes from the beginning of the frame
 * @param offset of that in the file
 * @returns nothing if the header does not end in these bytes
 * @throws LayerRefused if it is not a frame
 */
export function readFrameStart(bytes: Uint8Array, offset: number): FrameStart | undefined {
  if (bytes.length < MAGIC_BYTES) return undefined;
  const magic = littleEndian(bytes, 0, MAGIC_BYTES);
  if (magic === MAGIC) return readDataFrame(bytes);
  if (magic < SKIPPABLE_MAGIC || magic > SKIPPABLE_MAGIC + 15)
    throw new LayerRefused(
      'layer-corrupt',
      `expected a zstd frame at byte ${offset}, found ${Buffer.from(bytes.subarray(0, MAGIC_BYTES)).toString('hex')}`,
    );
  const headerBytes = MAGIC_BYTES + 4;
  if (bytes.length < headerBytes) return undefined;
  return { kind: 'skippable', headerBytes, skippedBytes: littleEndian(bytes, MAGIC_BYTES, 4) };
}

/** https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1 */
function readDataFrame(bytes: Uint8Array): DataFrame | undefined {
  // If it is missing, the header is too short whatever it says.
  const descriptor = bytes[MAGIC_BYTES] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const windowAt = MAGIC_BYTES + 1;
  const contentSizeAt = windowAt + (isSingleSegment ? 0 : 1) + dictionaryIdBytes;
  const headerBytes = contentSizeAt + contentSizeBytes;
  if (bytes.length < headerBytes) return undefined;
  const contentSize =
    contentSizeBytes === 0
      ? undefined
      : littleEndian(bytes, contentSizeAt, contentSizeBytes) + (contentSizeBytes === 2 ? 256 : 0);
  return {
    kind: 'data',
    headerBytes,
    // A single segment has no window of its own: all of its content is.
    windowSize: isSingleSegment ? (contentSize ?? 0) : windowSizeOf(bytes[windowAt] ?? 0),
    contentSize,
    checksumBytes: (descriptor & 4) !== 0 ? 4 : 0,
  };
}

/** https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1.2 */
function windowSizeOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Beyond 2^53 it is not exact, but then it is beyond any limit as well. */
export function littleEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let n = length - 1; n >= 0; n -= 1) value = value * 256 + (bytes[at + n] ?? 0);
  return value;
}
