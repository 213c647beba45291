import { crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { LayerRefused } from '../../../../lambda/core/layers/recompress';
import { recompressed, sha256, skippableFrame } from '../../../support/layers';

/** `LAYER_RUNS=100000 npx jest …` for a long run. */
const numRuns = Number(process.env.LAYER_RUNS ?? 25);

/** Content that compresses in some places, and not in others. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(255), fc.nat(300_000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
    ),
    { maxLength: 4 },
  )
  .map((parts) => Buffer.concat(parts));
const frame = fc.record({ bytes: content, level: fc.constantFrom(1, 3, 19), checksum: fc.boolean() });
const skipped = fc.record({ note: fc.uint8Array({ maxLength: 40 }), variant: fc.nat(15) });
const file = fc
  .tuple(frame, fc.array(fc.oneof(frame, skipped), { maxLength: 6 }), fc.nat(6))
  .map(([first, more, at]) => more.toSpliced(at, 0, first))
  .map((parts) => ({
    tar: Buffer.concat(parts.map((part) => ('note' in part ? new Uint8Array() : part.bytes))),
    zstd: Buffer.concat(
      parts.map((part) =>
        'note' in part ? skippableFrame(part.note, part.variant) : zstdCompressSync(part.bytes, paramsOf(part)),
      ),
    ),
  }));
/** zstd's numbers of its parameters: level 100, checksum 201. */
const paramsOf = ({ level, checksum }: { level: number; checksum: boolean }) => ({
  params: { 100: level, 201: checksum ? 1 : 0 },
});

/** The sizes of the chunks, again and again. */
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 5_000 })), { minLength: 1 });

async function* cut(bytes: Uint8Array, lengths: readonly number[]) {
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const length = lengths[n % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

const outcomeOf = (blob: Uint8Array, diffId: string) =>
  recompressed(cut(blob, [1000]), { diffId, maxTarBytes: 10_000_000 }).catch((error) => {
    if (error instanceof LayerRefused) return error;
    throw error;
  });

test('any mix of frames, cut into any chunks, is its tar', async () => {
  await fc.assert(
    fc.asyncProperty(file, sizes, async ({ tar, zstd }, lengths) => {
      const made = await recompressed(cut(zstd, lengths), { diffId: sha256(tar) });
      expect(made.tar.equals(tar)).toBe(true);
      expect(made.layer.digest).toBe(sha256(made.gzip));
    }),
    { numRuns },
  );
});

test('the gzip ends with the checksum and the length of the tar, for whoever unpacks it', async () => {
  await fc.assert(
    fc.asyncProperty(content, async (tar) => {
      const made = await recompressed(cut(tar, [999]), { compression: 'none', diffId: sha256(tar) });
      expect(made.gzip.readUInt32LE(made.gzip.length - 8)).toBe(crc32(tar));
      expect(made.gzip.readUInt32LE(made.gzip.length - 4)).toBe(tar.length);
    }),
    { numRuns },
  );
});

const text = Buffer.from('abcabcabcabcabcabcd');
const small = Buffer.concat([
  zstdCompressSync(text.subarray(0, 9), paramsOf({ level: 3, checksum: true })),
  skippableFrame(Buffer.from('n')),
  zstdCompressSync(text.subarray(9)),
]);
const smallDiffId = sha256(text);

test('a small file works whole', async () => {
  expect(await outcomeOf(small, smallDiffId)).toMatchObject({ layer: { tarBytes: text.length } });
});

test('a file that is cut off at any byte is refused', async () => {
  for (let length = 0; length < small.length; length += 1)
    expect(await outcomeOf(small.subarray(0, length), smallDiffId)).toBeInstanceOf(LayerRefused);
});

test('a file with any one bit changed is refused, or has the same tar', async () => {
  for (let bit = 0; bit < small.length * 8; bit += 1) {
    const flipped = Buffer.from(small);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const outcome = await outcomeOf(flipped, smallDiffId);
    if (!(outcome instanceof LayerRefused)) expect(outcome.tar.equals(text)).toBe(true);
  }
});

test('a file with some bytes changed, added or gone is refused, or has the same tar', async () => {
  const change = fc.record({ at: fc.nat(), gone: fc.nat(4), added: fc.uint8Array({ maxLength: 4 }) });
  await fc.assert(
    fc.asyncProperty(file, fc.array(change, { minLength: 1, maxLength: 3 }), async ({ tar, zstd }, changes) => {
      let damaged = zstd;
      for (const { at, gone, added } of changes) {
        const start = at % (damaged.length + 1);
        damaged = Buffer.concat([damaged.subarray(0, start), added, damaged.subarray(start + gone)]);
      }
      const outcome = await outcomeOf(damaged, sha256(tar));
      if (!(outcome instanceof LayerRefused)) expect(outcome.tar.equals(tar)).toBe(true);
    }),
    { numRuns },
  );
});

test('any bytes at all are refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), async (bytes) => {
      expect(await outcomeOf(bytes, sha256(gzipSync(bytes)))).toBeInstanceOf(LayerRefused);
    }),
    { numRuns },
  );
});
