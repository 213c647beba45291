import { zstdCompressSync } from 'node:zlib';
import { type FramePiece, FrameSplitter } from '../../../../lambda/core/layers/zstd-frames';
import { rleFrame, skippableFrame } from '../../../support/layers';

/** What each frame with content has, from a file that comes in chunks of this size. */
function framesIn(file: Uint8Array, size = file.length): Buffer[] {
  const splitter = new FrameSplitter();
  const pieces: FramePiece[] = [];
  for (let at = 0; at < file.length; at += size) pieces.push(...splitter.split(file.subarray(at, at + size)));
  splitter.end();
  const frames: Buffer[] = [];
  let open: Uint8Array[] = [];
  for (const { bytes, isLast } of pieces) {
    expect(bytes.length).toBeGreaterThan(0);
    open.push(bytes);
    if (!isLast) continue;
    frames.push(Buffer.concat(open));
    open = [];
  }
  expect(open).toEqual([]);
  return frames;
}

const frame = (text: string) => zstdCompressSync(text);
const [one, two] = [frame('one'), frame('two'.repeat(100))];
const big = rleFrame({ blocks: 3 });
const note = skippableFrame(Buffer.from('note'));

test.each<[string, readonly Buffer[], readonly Buffer[]]>([
  ['one frame', [one], [one]],
  ['two frames', [one, two], [one, two]],
  ['a frame of several blocks', [big, one], [big, one]],
  ['a skippable frame before', [note, one], [one]],
  ['a skippable frame between', [one, note, two], [one, two]],
  ['a skippable frame behind', [one, note], [one]],
  ['an empty skippable frame', [skippableFrame(Buffer.alloc(0)), one], [one]],
  ['an empty skippable frame behind', [one, skippableFrame(Buffer.alloc(0))], [one]],
  ['the last of the 16 skippable frames', [skippableFrame(Buffer.from('x'), 15), one], [one]],
  ['a frame of no content', [frame(''), one], [frame(''), one]],
])('finds %s, however it is cut into chunks', (_, file, frames) => {
  const bytes = Buffer.concat(file);
  for (let size = 1; size <= bytes.length; size += 1) expect(framesIn(bytes, size)).toEqual(frames);
});

test('gives a chunk on whole where all of it is in one frame', () => {
  const file = zstdCompressSync(Buffer.from(Array.from({ length: 5_000 }, (_, n) => `${n}`).join()));
  const chunk = file.subarray(0, 2_000);
  const [piece, ...more] = new FrameSplitter().split(chunk);
  expect(more).toEqual([]);
  expect(piece).toMatchObject({ isLast: false });
  expect([piece?.bytes.buffer, piece?.bytes.byteOffset]).toEqual([chunk.buffer, chunk.byteOffset]);
});

test('a frame begins as soon as its header is whole', () => {
  const splitter = new FrameSplitter();
  const header = rleFrame({}).subarray(0, 6);
  expect([...splitter.split(header.subarray(0, 5))]).toEqual([]);
  expect([...splitter.split(header.subarray(5))]).toMatchObject([{ bytes: header, isLast: false }]);
});

test("a chunk is its owner's again once the pieces are used", () => {
  const splitter = new FrameSplitter();
  const chunk = Uint8Array.from(one.subarray(0, 3));
  expect([...splitter.split(chunk)]).toEqual([]);
  chunk.fill(0);
  expect([...splitter.split(one.subarray(3))].map(({ bytes }) => bytes)).toEqual([one]);
});

describe('the header of a frame', () => {
  const headerOf = (bytes: Uint8Array) => [...new FrameSplitter().split(bytes)][0]?.frame;
  const withHeader = (...header: number[]) =>
    Buffer.concat([rleFrame({}).subarray(0, 4), Buffer.from([...header, 1, 0, 0])]);

  test.each<[string, number[], number, number | undefined, number]>([
    ['a window', [0x00, 0x50], 2 ** 20, undefined, 6],
    ['a window of another size', [0x00, 0x8b], 2 ** 27 * (11 / 8), undefined, 6],
    ['the largest window', [0x00, 0xff], 2 ** 41 * (15 / 8), undefined, 6],
    ['content of one byte length', [0x20, 200], 200, 200, 6],
    ['content of two', [0x40, 0x50, 0x01, 0x02], 2 ** 20, 0x201 + 256, 8],
    ['content of four', [0xa0, 1, 2, 3, 4], 0x04030201, 0x04030201, 9],
    ['content of eight', [0xe0, 0, 0, 0, 0, 1, 0, 0, 0], 2 ** 32, 2 ** 32, 13],
    ['a dictionary of one byte', [0x01, 0x50, 9], 2 ** 20, undefined, 7],
    ['a dictionary of two', [0x02, 0x50, 9, 9], 2 ** 20, undefined, 8],
    ['a dictionary of four, and content', [0x23, 9, 9, 9, 9, 7], 7, 7, 10],
  ])('says %s', (_, header, windowSize, contentSize, headerBytes) => {
    expect(headerOf(withHeader(...header))).toEqual({
      kind: 'data',
      headerBytes,
      windowSize,
      contentSize,
      checksumBytes: 0,
    });
  });

  test('says whether there is a checksum', () => {
    const file = Buffer.concat([withHeader(0x24, 0), Buffer.from('abcd')]);
    expect(headerOf(file)).toMatchObject({ checksumBytes: 4 });
    expect(framesIn(Buffer.concat([file, one]))).toEqual([file, one]);
  });
});

describe('refuses what is not a zstd file', () => {
  const refused = (detail: string) =>
    expect.objectContaining({ name: 'LayerRefused', reason: 'layer-corrupt', detail });

  test.each<[string, Buffer, string]>([
    ['an empty file', Buffer.alloc(0), 'the layer has no zstd frame with content'],
    ['skippable frames only', note, 'the layer has no zstd frame with content'],
    ['a gzip file', Buffer.from('1f8b0800', 'hex'), 'expected a zstd frame at byte 0, found 1f8b0800'],
    [
      'garbage after a frame',
      Buffer.concat([one, Buffer.from('more')]),
      'expected a zstd frame at byte 12, found 6d6f7265',
    ],
    [
      'what is just below the skippable frames',
      Buffer.from('4f2a4d18', 'hex'),
      'expected a zstd frame at byte 0, found 4f2a4d18',
    ],
    ['what is just above them', Buffer.from('602a4d18', 'hex'), 'expected a zstd frame at byte 0, found 602a4d18'],
    [
      'a block of the reserved type',
      Buffer.concat([rleFrame({}).subarray(0, 6), Buffer.from([7, 0, 0])]),
      'the zstd block at byte 6 is of the reserved type',
    ],
  ])('%s', (_, file, detail) => {
    for (const size of [1, file.length || 1]) {
      expect(() => framesIn(file, size)).toThrow(refused(detail));
    }
  });

  test.each([
    ['a frame', one],
    ['a frame of several blocks', big],
    ['the second frame', Buffer.concat([note, one])],
    ['a skippable frame', Buffer.concat([one, note])],
  ])('a file that ends within %s', (_, file) => {
    const whole = file === one || file === big ? [] : [file.indexOf(note) === 0 ? note.length : one.length];
    for (let length = 1; length < file.length; length += 1) {
      if (whole.includes(length)) continue;
      expect(() => framesIn(file.subarray(0, length))).toThrow(
        refused(`the layer ends at byte ${length}, in the middle of a zstd frame`),
      );
    }
  });
});
