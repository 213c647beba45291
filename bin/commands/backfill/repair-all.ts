import { pMapIterable } from 'p-map';
import type { ImageTag, Outcome } from '../../../lambda/core/companion/outcome';
import type { Policy } from '../../../lambda/core/companion/policy';
import { repair } from '../../../lambda/core/companion/repair';
import type { Registry } from '../../../lambda/core/registry';
import { isOfOneImage, isOfOneRepository } from '../../inventory/error-scope';

export type Repaired =
  | { readonly image: ImageTag; readonly outcomes: readonly Outcome[] }
  | { readonly image: ImageTag; readonly error: unknown };

export interface RepairAllOptions {
  /** PutImage calls a second, which the registry holds to. */
  readonly rate: number;
  /** No further repair is begun after it. */
  readonly signal: AbortSignal;
}

/** So many failures one after the other, none of them about one image, mean that the next will fail too. */
const MAX_FAILURES_IN_A_ROW = 5;

/**
 * Enough repairs at the same time to put at this rate, and no more than can be finished within some two seconds, since whoever presses
 * Ctrl-C waits for them.
 */
export const repairsAtATime = (rate: number): number => Math.max(1, Math.min(10, Math.ceil(rate * 2)));

/**
 * Repairs the images, as the service does. One that fails does not keep the others.
 * @returns what became of each, in order, until all are done, the signal comes, or too many fail
 */
export async function* repairAll(
  registry: Registry,
  images: Iterable<ImageTag>,
  policy: Policy,
  { rate, signal }: RepairAllOptions,
): AsyncGenerator<Repaired> {
  let failures = 0;
  function* next() {
    for (const image of images) {
      if (signal.aborted || failures >= MAX_FAILURES_IN_A_ROW) return;
      yield image;
    }
  }
  const repairOne = async (image: ImageTag): Promise<Repaired> => {
    try {
      const outcomes = await repair(registry, image, policy);
      failures = 0;
      return { image, outcomes };
    } catch (error) {
      if (!isOfOneImage(error) && !isOfOneRepository(error)) failures += 1;
      return { image, error };
    }
  };
  yield* pMapIterable(next(), repairOne, { concurrency: repairsAtATime(rate) });
}
