import { gzipSync } from 'node:zlib';
import { digestOf } from '../../../../lambda/core/manifest/digest';
import { withoutConfirmation } from '../sabotage';
import { DEADLY_SCENARIOS, runEveryOrder, SCENARIOS } from './every-scenario';
import { BASE, type Sabotage, TROJAN } from './scenario';

/** `npm run interleave` has more of them. */
const SWITCHES = 1;

test('recompressions converge in every order with one switch, whatever else is at work on the tag', async () => {
  const { orders, wrong } = await runEveryOrder(
    SCENARIOS.filter(({ besides }) => besides !== 'a recompression'),
    SWITCHES,
  );
  expect(wrong).toBeUndefined();
  expect(orders).toBeGreaterThan(1_000);
});

test('recompressions converge wherever the process dies, beside a repair', async () => {
  const { orders, wrong } = await runEveryOrder(
    DEADLY_SCENARIOS.filter(({ besides, record }) => besides === 'a repair' && record === 'none'),
    0,
  );
  expect(wrong).toBeUndefined();
  expect(orders).toBeGreaterThan(300);
});

const FORGED = gzipSync(TROJAN);
const WRONG = Buffer.from('another tar');

describe('found wrong', () => {
  test.each<[string, RegExp, Sabotage]>([
    [
      'a repair that does not read again after its put',
      /the companion is another image|does not follow|left without its source/,
      {
        ports: ({ registry, layers }) => ({ layers, registry: { ...registry, ...withoutConfirmation(registry) } }),
      },
    ],
    [
      'a recompression that takes every layer for available',
      /which is not there/,
      {
        ports: ({ registry, layers }) => ({
          registry,
          layers: { ...layers, available: async (_, digests) => new Set(digests) },
        }),
      },
    ],
    [
      'an upload of another layer',
      /another image than its source/,
      {
        ports: ({ registry, layers }, repository) => ({
          registry,
          layers: {
            ...layers,
            upload: async (name, bytes, digest) => {
              await layers.upload(name, bytes, digest);
              repository.layers.blobs.set(await digest, gzipSync(WRONG));
            },
          },
        }),
      },
    ],
    [
      'a recompression that believes a forged record',
      /another image than its source/,
      {
        ports: ({ registry, layers }, repository) => ({
          registry,
          layers: {
            ...layers,
            async *read(_, digest) {
              yield digest === digestOf(FORGED) ? gzipSync(BASE) : (repository.layers.blobs.get(digest) ?? FORGED);
            },
          },
        }),
      },
    ],
  ])('%s', async (_, problem, sabotage) => {
    const { wrong } = await runEveryOrder(SCENARIOS, SWITCHES, sabotage);
    expect(wrong).toMatch(problem);
  });
});
