import { createHash } from 'node:crypto';
import fc from 'fast-check';

/** A whole number from 0 to below `below`. */
export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  const numbers = fc.infiniteStream(fc.noBias(fc.nat()), { noHistory: true });
  const [stream] = fc.sample(numbers, { seed, numRuns: 1 });
  if (!stream) throw new Error('fast-check gave no stream');
  return (below) => stream.next().value % below;
}

export const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;
export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
