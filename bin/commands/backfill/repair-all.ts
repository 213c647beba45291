import { pMapIterable } from 'p-map';
import type { ImageTag, Outcome } from '../../../lambda/core/companion/outcome';
import type { Policy } from '../../../lambda/core/companion/policy';
import { repair } from '../../../lambda/core/companion/repair';
import type { Registry } from '../../../lambda/core/registry';
import { isOfOneImage, isOfOneRepository } from '../../inventory/error-scope';

export type RepairResult =
  | { readonly kind: 'repaired'; readonly image: ImageTag; readonly outcomes: readonly Outcome[] }
  | { readonly kind: 'failed'; readonly image: ImageTag; readonly error: unknown };

export interface RepairAllOptions {
  /** PutImage calls a second. The registry keeps to it; here it bounds the repairs under way. */
  readonly rate: number;
  /** No repair begins after it. */
  readonly signal: AbortSignal;
}

/** After this many failures in a row that aren't about one image, the next will fail too. */
const MAX_FAILURES_IN_A_ROW = 5;

/**
 * Enough repairs at the same time for this rate, and no more than finish within about two seconds: after Ctrl-C, someone waits for them.
 */
export const repairsAtATime = (rate: number): number => Math.max(1, Math.min(10, Math.ceil(rate * 2)));

/**
 * Repairs the images, as the service does. One failure doesn't stop the others.
 * @returns the result of each, in order, until all are done, the signal is aborted, or too many fail
 */
export async function* repairAll(
  registry: Registry,
  images: Iterable<ImageTag>,
  policy: Policy,
  { rate, signal }: RepairAllOptions,
): AsyncGenerator<RepairResult> {
  let failures = 0;
  function* next() {
    for (const image of images) {
      if (signal.aborted || failures >= MAX_FAILURES_IN_A_ROW) return;
      yield image;
    }
  }
  const repairOne = async (image: ImageTag): Promise<RepairResult> => {
    try {
      const outcomes = await repair(registry, image, policy);
      failures = 0;
      return { kind: 'repaired', image, outcomes };
    } catch (error) {
      if (!isOfOneImage(error) && !isOfOneRepository(error)) failures += 1;
      return { kind: 'failed', image, error };
    }
  };
  yield* pMapIterable(next(), repairOne, { concurrency: repairsAtATime(rate) });
}
