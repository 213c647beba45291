import { LayerRefused } from './layer-refused';
import { type DataFrame, littleEndian, readFrameStart } from './zstd-header';

/** A part of one frame that has content; those of skippable frames are left out. */
export interface FramePiece {
  readonly frame: DataFrame;
  readonly bytes: Uint8Array;
  /** Whether the frame ends with it. */
  readonly isLast: boolean;
}

/** https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.2 */
const BLOCK_HEADER_BYTES = 3;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/**
 * Finds where the frames of a zstd file begin and end, by the sizes in their headers. Node.js decompresses the first frame only, and drops
 * the others without an error (https://github.com/nodejs/node/issues/64741); pzstd and zstd:chunked write many.
 */
export class FrameSplitter {
  /** The beginning of a header that the last chunk ended in. */
  #carried: Uint8Array = new Uint8Array();
  /** The frame that is not at its end yet, unless it is a skippable one. */
  #frame: DataFrame | undefined;
  #isLastBlock = false;
  /** How much of the block, or of the skippable frame, is still to come. */
  #remaining = 0;
  /** In the file, of the first byte that is not looked at yet. */
  #offset = 0;
  #hasContent = false;

  /** @throws LayerRefused `layer-corrupt` if it is not zstd */
  *split(chunk: Uint8Array): Generator<FramePiece> {
    const bytes = this.#carried.length > 0 ? Buffer.concat([this.#carried, chunk]) : chunk;
    let start = 0;
    let at = 0;
    for (;;) {
      if (!this.#frame) start = at;
      const step = this.#step(bytes.subarray(at));
      if (step === 0) break;
      at += step;
      this.#offset += step;
      if (this.#frame && this.#isLastBlock && this.#remaining === 0) {
        yield { frame: this.#frame, bytes: bytes.subarray(start, at), isLast: true };
        this.#frame = undefined;
        this.#isLastBlock = false;
      }
    }
    if (this.#frame && at > start) yield { frame: this.#frame, bytes: bytes.subarray(start, at), isLast: false };
    // A copy, because the chunk is its owner's again.
    this.#carried = Uint8Array.from(bytes.subarray(at));
  }

  /** @throws LayerRefused `layer-corrupt` if the file cannot end here */
  end(): void {
    if (this.#frame || this.#remaining > 0 || this.#carried.length > 0)
      throw new LayerRefused(
        'layer-corrupt',
        `the layer ends at byte ${this.#offset + this.#carried.length}, in the middle of a zstd frame`,
      );
    if (!this.#hasContent) throw new LayerRefused('layer-corrupt', 'the layer has no zstd frame with content');
  }

  /** @returns how many bytes are done; 0 if there are none, or the next header does not end in them */
  #step(bytes: Uint8Array): number {
    if (this.#remaining > 0) {
      const passed = Math.min(this.#remaining, bytes.length);
      this.#remaining -= passed;
      return passed;
    }
    return this.#frame ? this.#blockHeader(bytes, this.#frame) : this.#frameHeader(bytes);
  }

  #frameHeader(bytes: Uint8Array): number {
    const frame = readFrameStart(bytes, this.#offset);
    if (!frame) return 0;
    if (frame.kind === 'skippable') {
      this.#remaining = frame.skippedBytes;
    } else {
      this.#frame = frame;
      this.#hasContent = true;
    }
    return frame.headerBytes;
  }

  #blockHeader(bytes: Uint8Array, { checksumBytes }: DataFrame): number {
    if (bytes.length < BLOCK_HEADER_BYTES) return 0;
    const header = littleEndian(bytes, 0, BLOCK_HEADER_BYTES);
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK)
      throw new LayerRefused('layer-corrupt', `the zstd block at byte ${this.#offset} is of the reserved type`);
    this.#isLastBlock = (header & 1) !== 0;
    // A repeated byte is stored once, whatever size the header says.
    this.#remaining = (type === RLE_BLOCK ? 1 : header >> 3) + (this.#isLastBlock ? checksumBytes : 0);
    return BLOCK_HEADER_BYTES;
  }
}
