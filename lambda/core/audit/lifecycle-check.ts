import type { ImageTag, Refused } from '../companion/outcome';
import type { Policy } from '../companion/policy';
import { riskOfBackfill, riskOfPushes } from '../lifecycle/risk';
import type { Inventory } from './inventory';

export interface LifecycleCheck {
  /** Why companions can cost the repository sources, in one sentence; absent if they can't. */
  readonly risk?: string | undefined;
  /** The sources whose companions would take other images now. */
  readonly refusals: readonly Refused[];
}

interface ToCheck {
  /** Source tags that have or need companions, unless an earlier page checked some. */
  readonly sources: readonly string[];
  /** Source tags without any companion. */
  readonly missing: readonly string[];
  readonly since?: number | undefined;
  readonly now: number;
}

/** Reads the repository's lifecycle policy only if there is something that it can say. */
export async function checkLifecycle(
  inventory: Inventory,
  repository: string,
  policy: Policy,
  { sources, missing, since, now }: ToCheck,
): Promise<LifecycleCheck> {
  if (sources.length + missing.length === 0) return { refusals: [] };
  const lifecycle = await inventory.readLifecyclePolicy(repository);
  const backfillRisk =
    missing.length > 0 ? await riskOfBackfill(inventory, lifecycle, repository, policy, { since, now }) : undefined;
  return {
    risk: backfillRisk ?? riskOfPushes(lifecycle, sources, policy),
    refusals: backfillRisk === undefined ? [] : missing.map((tag) => refusedAs({ repository, tag }, backfillRisk)),
  };
}

const refusedAs = (image: ImageTag, detail: string): Refused => ({
  image,
  outcome: 'refused',
  reason: 'lifecycle-policy',
  detail,
});
