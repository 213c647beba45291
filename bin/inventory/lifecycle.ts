import { checkLifecycle, type LifecycleCheck, type ToCheck } from '../../lambda/core/audit/lifecycle-check';
import { companionTagsOf } from '../../lambda/core/companion/plan';
import { mayNeedCompanion, skipReasonOf } from '../../lambda/core/companion/policy';
import { RepositoryNotFound } from '../../lambda/core/errors';
import { explain } from '../cli/explain';
import { isOfOneRepository } from './error-scope';
import type { ScanSettings } from './inspect-batch';
import type { ListedTag } from './listing';

type Tags = Pick<ToCheck, 'sources' | 'missing'>;

/** Why the repository's lifecycle policy can cost it images because of companions, in one sentence; nothing if it can't. */
export async function lifecycleRiskOf(
  settings: ScanSettings,
  repository: string,
  listing: ReadonlyMap<string, ListedTag>,
): Promise<string | undefined> {
  const { policy } = settings;
  const sources = [...listing.values()]
    .filter(({ tag, mediaType }) => mayNeedCompanion(mediaType, policy) && !skipReasonOf({ repository, tag }, policy))
    .map(({ tag }) => tag);
  const missing = sources.filter((tag) => !companionTagsOf(tag, policy).some((companion) => listing.has(companion)));
  const checked = await check(settings, repository, { sources, missing });
  return typeof checked === 'string' ? checked : checked.risk;
}

/** Why these source tags must not get their first companions, in one sentence; nothing if every image stays. */
export async function whyNotBackfill(
  settings: ScanSettings,
  repository: string,
  missing: readonly string[],
): Promise<string | undefined> {
  const checked = await check(settings, repository, { sources: [], missing });
  return typeof checked === 'string' ? checked : checked.refusals[0]?.detail;
}

/** As the service's audit does. @returns why the policy can't be read, if so: that counts as a risk too */
async function check(
  { account, policy }: ScanSettings,
  repository: string,
  tags: Tags,
): Promise<LifecycleCheck | string> {
  try {
    return await checkLifecycle(account.registry, repository, policy, { ...tags, now: Date.now() });
  } catch (error) {
    // It was deleted meanwhile.
    if (error instanceof RepositoryNotFound) return { refusals: [] };
    if (!isOfOneRepository(error)) throw error;
    return `the lifecycle policy can't be checked: ${explain(error).message}`;
  }
}
