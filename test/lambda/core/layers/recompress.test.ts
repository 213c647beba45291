import { buffer } from 'node:stream/consumers';
import zlib, { createGzip, createZstdCompress, gunzipSync, zstdCompressSync } from 'node:zlib';
import { LayerRefused, recompress } from '../../../../lambda/core/layers/recompress';
import type { RefusalReason } from '../../../../lambda/core/reasons';
import { inChunks, RLE_BLOCK_BYTES, recompressed, rleFrame, sha256, skippableFrame } from '../../../support/layers';

const text = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `file ${from + n}\n`).join('');
const tar = Buffer.from(text(0, 40_000));
const diffId = sha256(tar);
const emptyDiffId = sha256(Buffer.alloc(0));

const refusal = (reason: RefusalReason, detail: string) =>
  expect.objectContaining({ name: 'LayerRefused', reason, detail });

/** A blob that notes how much of it was taken, and when its reader was done with it. */
function watched(chunk: Uint8Array, count: number) {
  let close: () => void;
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const seen = { chunks: 0, closed };
  async function* chunks() {
    try {
      for (; seen.chunks < count; seen.chunks += 1) yield chunk;
    } finally {
      close();
    }
  }
  return { blob: chunks(), seen };
}

/** What a stream gives before its error. */
async function untilError(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  await expect(
    (async () => {
      for await (const chunk of stream) chunks.push(chunk);
    })(),
  ).rejects.toThrow();
  return Buffer.concat(chunks);
}

describe('makes gzip of the same tar', () => {
  const halves = [zstdCompressSync(tar.subarray(0, 100_000)), zstdCompressSync(tar.subarray(100_000))];
  const note = skippableFrame(Buffer.from('a table of contents'));

  test.each<[string, Uint8Array, 'zstd' | 'none']>([
    ['of one zstd frame', zstdCompressSync(tar), 'zstd'],
    ['of several, as pzstd makes them', Buffer.concat(halves), 'zstd'],
    ['of frames between skippable ones, as zstd:chunked makes them', Buffer.concat([note, ...halves, note]), 'zstd'],
    [
      'of frames with a checksum',
      zstdCompressSync(tar, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }),
      'zstd',
    ],
    ['of a plain tar', tar, 'none'],
  ])('%s', async (_, blob, compression) => {
    const made = await recompressed(inChunks(blob, 1000), { compression, diffId });
    expect(made.tar.equals(tar)).toBe(true);
    expect(made.layer).toEqual({ digest: sha256(made.gzip), size: made.gzip.length, tarBytes: tar.length });
  });

  test.each<[string, Uint8Array, 'zstd' | 'none']>([
    ['compressed with zstd', zstdCompressSync(Buffer.alloc(0)), 'zstd'],
    ['plain', Buffer.alloc(0), 'none'],
  ])('of no content, %s', async (_, blob, compression) => {
    const made = await recompressed(inChunks(blob), { compression, diffId: emptyDiffId, maxTarBytes: 0 });
    expect([made.tar.length, made.layer.tarBytes]).toEqual([0, 0]);
  });

  test('of a window of 128 MiB, as --long=27 makes it', async () => {
    const made = await recompressed(inChunks(rleFrame({ windowDescriptor: (27 - 10) << 3 })), {
      diffId: sha256(Buffer.alloc(RLE_BLOCK_BYTES, 'a')),
    });
    expect(made.layer.tarBytes).toBe(RLE_BLOCK_BYTES);
  });

  test('of a stream that does not say how long it is', async () => {
    const zstd = createZstdCompress();
    zstd.end(tar);
    expect((await recompressed(zstd, { diffId })).layer.tarBytes).toBe(tar.length);
  });
});

test('the header has no name and no time, so the same tar makes the same bytes', async () => {
  const blob = zstdCompressSync(tar);
  const [first, second] = [
    await recompressed(inChunks(blob, 777), { diffId }),
    await recompressed(inChunks(blob), { diffId }),
  ];
  expect([...first.gzip.subarray(0, 8)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
  expect(second.layer.digest).toBe(first.layer.digest);
});

test('the level is 4, or what is asked for', async () => {
  const sizes = new Map<number | undefined, number>();
  for (const level of [undefined, 1, 4, 9])
    sizes.set(level, (await recompressed(inChunks(tar), { compression: 'none', diffId, level })).layer.size);
  expect(sizes.get(undefined)).toBe(sizes.get(4));
  expect(sizes.get(1)).not.toBe(sizes.get(4));
  expect(sizes.get(9)).toBeLessThan(sizes.get(4) ?? 0);
});

describe('refuses', () => {
  test.each<[string, Uint8Array, 'zstd' | 'none', string]>([
    ['a zstd layer', zstdCompressSync(tar), 'zstd', diffId],
    ['a plain tar', tar, 'none', diffId],
    ['a layer of no content', zstdCompressSync(Buffer.alloc(0)), 'zstd', emptyDiffId],
  ])('%s that is not what the config says', async (_, blob, compression, actual) => {
    const other = sha256(Buffer.from('other'));
    await expect(recompressed(inChunks(blob), { compression, diffId: other })).rejects.toEqual(
      refusal('layer-content-mismatch', `the tar of the layer hashes to ${actual}, but the image config says ${other}`),
    );
  });

  test('a layer that lacks a frame, although the rest is as it should be', async () => {
    const file = Buffer.concat([zstdCompressSync(tar.subarray(0, 5000)), zstdCompressSync(tar.subarray(5000))]);
    await expect(recompressed(inChunks(zstdCompressSync(tar.subarray(0, 5000))), { diffId })).rejects.toMatchObject({
      reason: 'layer-content-mismatch',
    });
    expect((await recompressed(inChunks(file), { diffId })).tar.equals(tar)).toBe(true);
  });

  test('damage that only zstd can see', async () => {
    const blob = Buffer.from(zstdCompressSync(tar));
    // The type of the literals in the first block.
    blob.fill(0xff, 20, 40);
    await expect(recompressed(inChunks(blob), { diffId })).rejects.toMatchObject({
      reason: 'layer-corrupt',
      detail: expect.stringMatching(/^zstd cannot decompress the layer: \w+/),
    });
  });

  test('a frame that needs a dictionary', async () => {
    const frame = rleFrame({});
    const blob = Buffer.concat([frame.subarray(0, 4), Buffer.from([0x01, 0x50, 9]), frame.subarray(6)]);
    await expect(recompressed(inChunks(blob), { diffId })).rejects.toEqual(
      refusal('layer-corrupt', 'zstd cannot decompress the layer: Dictionary mismatch'),
    );
  });

  test('a gzip layer that is called zstd', async () => {
    await expect(recompressed(createGzip().end(tar), { diffId })).rejects.toEqual(
      refusal('layer-corrupt', 'expected a zstd frame at byte 0, found 1f8b0800'),
    );
  });

  test('a window of more than 128 MiB', async () => {
    await expect(
      recompressed(inChunks(rleFrame({ windowDescriptor: ((27 - 10) << 3) + 1 })), { diffId }),
    ).rejects.toEqual(
      refusal(
        'layer-too-large',
        'to decompress the layer takes a zstd window of 150994944 bytes, the limit is 134217728 (zstd --long=27)',
      ),
    );
  });
});

describe('a decompression bomb', () => {
  test('is stopped at the limit, wherever it comes from', async () => {
    const detail = `the tar of the layer has more than ${3 * RLE_BLOCK_BYTES} bytes, the limit`;
    const maxTarBytes = 3 * RLE_BLOCK_BYTES;
    const bomb = watched(rleFrame({ blocks: 1 }), 1000);
    await expect(recompressed(bomb.blob, { diffId, maxTarBytes })).rejects.toEqual(refusal('layer-too-large', detail));
    const plain = watched(Buffer.alloc(RLE_BLOCK_BYTES), 1000);
    await expect(recompressed(plain.blob, { compression: 'none', diffId, maxTarBytes })).rejects.toEqual(
      refusal('layer-too-large', detail),
    );
    for (const { seen } of [bomb, plain]) {
      expect(seen.chunks).toBeLessThan(10);
      await seen.closed;
    }
  });

  test('may be as large as the limit, to the byte', async () => {
    const content = Buffer.alloc(3 * RLE_BLOCK_BYTES, 'a');
    const blob = rleFrame({ blocks: 3, contentSize: content.length });
    const limited = (maxTarBytes: number) => recompressed(inChunks(blob), { diffId: sha256(content), maxTarBytes });
    expect((await limited(content.length)).layer.tarBytes).toBe(content.length);
    await expect(limited(content.length - 1)).rejects.toMatchObject({ reason: 'layer-too-large' });
  });

  test('is not decompressed at all where the frames say that they are too large together', async () => {
    const frame = rleFrame({ blocks: 1, contentSize: RLE_BLOCK_BYTES });
    const { gzip, result } = recompress(inChunks(Buffer.concat([frame, frame]), frame.length), {
      compression: 'zstd',
      diffId,
      maxTarBytes: 2 * RLE_BLOCK_BYTES - 1,
    });
    expect((await untilError(gzip)).length).toBe(10);
    await expect(result).rejects.toEqual(
      refusal(
        'layer-too-large',
        `the zstd frames announce ${2 * RLE_BLOCK_BYTES} bytes of tar, the limit is ${2 * RLE_BLOCK_BYTES - 1}`,
      ),
    );
  });

  test('is stopped where a frame has more than it says, and not only at its end', async () => {
    const frame = rleFrame({ blocks: 1000, contentSize: 1_000_000, windowDescriptor: (17 - 10) << 3 });
    await expect(recompressed(inChunks(frame), { diffId })).rejects.toEqual(
      refusal('layer-corrupt', 'a zstd frame has more than the 1000000 bytes that it announces'),
    );
  });

  test('is stopped where a frame has less than it says', async () => {
    await expect(
      recompressed(inChunks(rleFrame({ blocks: 1, contentSize: RLE_BLOCK_BYTES + 1 })), { diffId }),
    ).rejects.toMatchObject({ reason: 'layer-corrupt' });
  });
});

describe('streams', () => {
  const noise = Buffer.alloc(64 * 1024, zstdCompressSync(tar));

  test('takes no more of the blob than the reader of the gzip asks for', async () => {
    const { blob, seen } = watched(noise, 10_000);
    const { gzip } = recompress(blob, { compression: 'none', diffId, maxTarBytes: 1e9, level: 1 });
    const reader = gzip[Symbol.asyncIterator]();
    await new Promise(setImmediate);
    expect(seen.chunks).toBe(0);
    await reader.next();
    // As long as anything goes on, it goes on within a few turns of the event loop.
    let before = -1;
    while (before < seen.chunks) {
      before = seen.chunks;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(seen.chunks).toBeLessThan(100);
    await reader.return?.();
    await seen.closed;
  });

  test('a gzip that is not read to its end has no result', async () => {
    const { gzip, result } = recompress(inChunks(tar), { compression: 'none', diffId, maxTarBytes: 1e9 });
    for await (const _ of gzip) break;
    await expect(result).rejects.toThrow(new Error('the gzip layer was not read to its end'));
  });

  test('what the blob throws comes out as it is, of both', async () => {
    async function* broken() {
      yield zstdCompressSync(tar).subarray(0, 100);
      throw new TypeError('the connection broke');
    }
    const { gzip, result } = recompress(broken(), { compression: 'zstd', diffId, maxTarBytes: 1e9 });
    const read = async () => {
      for await (const _ of gzip);
    };
    await expect(read()).rejects.toThrow(new TypeError('the connection broke'));
    await expect(result).rejects.toThrow(new TypeError('the connection broke'));
  });

  test.each([
    [
      'lack of memory, which is not due to the layer',
      Object.assign(new Error('no'), { code: 'ZSTD_error_memory_allocation' }),
    ],
    ['an error without a code', new Error('no')],
    ['what is not an error', undefined],
  ])('%s is no refusal', async (_, thrown) => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield zstdCompressSync(tar).subarray(0, 100);
      throw thrown;
    }
    const outcome = await recompressed(failing(), { diffId }).then(
      () => 'made',
      (error) => error,
    );
    expect(outcome).not.toBe('made');
    expect(outcome).not.toBeInstanceOf(LayerRefused);
  });

  test('a refusal that only the reader of the gzip looks at is handled', async () => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    await expect(recompressed(inChunks(tar), { diffId })).rejects.toBeInstanceOf(LayerRefused);
    await new Promise(setImmediate);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test.each(['zstd', 'none'] as const)(
    'a signal ends it with its reason, even if the blob hangs (%s)',
    async (compression) => {
      const abort = new AbortController();
      async function* hanging() {
        yield compression === 'zstd' ? zstdCompressSync(tar).subarray(0, 100) : tar;
        await new Promise<void>((resolve) => {
          abort.signal.addEventListener('abort', () => resolve());
          setImmediate(() => abort.abort(reason));
        });
        await new Promise(() => {});
      }
      const reason = new LayerRefused('layer-too-large', 'no time left');
      const { gzip, result } = recompress(hanging(), { compression, diffId, maxTarBytes: 1e9, signal: abort.signal });
      const read = async () => {
        for await (const _ of gzip);
      };
      await expect(read()).rejects.toBe(reason);
      await expect(result).rejects.toBe(reason);
    },
  );

  test('a signal that was given before ends it at once', async () => {
    const { blob, seen } = watched(noise, 10);
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(recompressed(blob, { compression: 'none', diffId, signal })).rejects.toThrow('too late');
    expect(seen.chunks).toBeLessThan(2);
  });
});

test('a Node.js without zstd says so before anything is read, and still compresses plain tars', async () => {
  jest.doMock('node:zlib', () => ({ ...jest.requireActual('node:zlib'), createZstdDecompress: undefined }));
  let onOldNode = recompress;
  jest.isolateModules(() => {
    onOldNode = require('../../../../lambda/core/layers/recompress').recompress;
  });
  jest.dontMock('node:zlib');
  const { blob, seen } = watched(tar, 1);
  expect(() => onOldNode(blob, { compression: 'zstd', diffId, maxTarBytes: 1e9 })).toThrow(
    'this version of Node.js cannot read zstd; use 22.15 or later, or 23.8 or later',
  );
  expect(seen.chunks).toBe(0);
  const { gzip, result } = onOldNode(inChunks(tar), { compression: 'none', diffId, maxTarBytes: 1e9 });
  expect(gunzipSync(await buffer(gzip)).equals(tar)).toBe(true);
  expect(await result).toMatchObject({ tarBytes: tar.length });
});
