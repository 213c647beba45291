import { checkLifecycle, type LifecycleCheck, type ToCheck } from '../../lambda/core/audit/lifecycle-check';
import { companionTagsOf } from '../../lambda/core/companion/plan';
import { mayNeedCompanion, skipReasonOf } from '../../lambda/core/companion/policy';
import { policyOfRepository } from '../../lambda/core/companion/repository-settings';
import { RepositoryNotFound } from '../../lambda/core/errors';
import { explain } from '../cli/explain';
import { isOfOneRepository } from './error-scope';
import type { ScanSettings } from './inspect-batch';
import type { ListedTag } from './listing';

/** Why the repository's lifecycle policy can cost it images because of companions, in one sentence; nothing if it can't. */
export async function lifecycleRiskOf(
  settings: ScanSettings,
  repository: string,
  listing: ReadonlyMap<string, ListedTag>,
): Promise<string | undefined> {
  const { account } = settings;
  return sentenceOf(async () => {
    const policy = await policyOfRepository(account.registry, repository, settings.policy);
    const sources = [...listing.values()]
      .filter(({ tag, mediaType }) => mayNeedCompanion(mediaType, policy) && !skipReasonOf({ repository, tag }, policy))
      .map(({ tag }) => tag);
    const missing = sources.filter((tag) => !companionTagsOf(tag, policy).some((companion) => listing.has(companion)));
    const { risk } = await check(settings, repository, { sources, missing });
    // A repository that opted out gets no companions.
    return risk !== undefined && (await account.registry.isOptedOut(repository)) ? undefined : risk;
  });
}

/** Why these source tags must not get their first companions, in one sentence; nothing if every image stays. */
export const whyNotBackfill = (
  settings: ScanSettings,
  repository: string,
  missing: readonly string[],
): Promise<string | undefined> =>
  sentenceOf(async () => (await check(settings, repository, { sources: [], missing })).refusals[0]?.detail);

/** As the service's audit does. */
async function check(
  settings: ScanSettings,
  repository: string,
  tags: Pick<ToCheck, 'sources' | 'missing'>,
): Promise<LifecycleCheck> {
  const { registry } = settings.account;
  const policy = await policyOfRepository(registry, repository, settings.policy);
  return checkLifecycle(registry, repository, policy, { ...tags, now: Date.now() });
}

/** A policy that can't be read counts as a risk. */
async function sentenceOf(read: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await read();
  } catch (error) {
    // It was deleted meanwhile.
    if (error instanceof RepositoryNotFound) return undefined;
    if (!isOfOneRepository(error)) throw error;
    return `the lifecycle policy can't be checked: ${explain(error).message}`;
  }
}
