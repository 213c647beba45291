import { createHash } from 'node:crypto';

/** Numbers from 0 to below 1 that depend on nothing but what they are for, so that the order of asking changes no decision. */
export function randomOf(...identity: readonly (string | number)[]): () => number {
  let state = createHash('sha256').update(JSON.stringify(identity)).digest().readUInt32LE();
  // Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const wholeNumber = (random: () => number, from: number, below: number): number =>
  from + Math.floor(random() * (below - from));

/** @throws if there is nothing to pick from */
export function pick<T>(random: () => number, items: readonly T[]): T {
  const item = items[wholeNumber(random, 0, items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
