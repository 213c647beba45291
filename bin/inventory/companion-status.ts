import { skipReasonOfTag, sourceTagOf } from '../../lambda/core/companion/companion-tag';
import { matchesGlob } from '../../lambda/core/companion/glob';
import { manifestToPut, type Plan, stateOf } from '../../lambda/core/companion/plan';
import type { Policy } from '../../lambda/core/companion/policy';
import { SKIP_REASONS, type SkipReason } from '../../lambda/core/reasons';
import type { ListedTag } from './listing';
import type { ChosenRepository } from './repositories';
import type { CompanionState, CompanionStatus } from './row';

type Listing = ReadonlyMap<string, ListedTag>;

/** What is to be said about a tag that gets no companion whatever it names; nothing if it may get one. */
export function statusOfTag(
  tag: string,
  listing: Listing,
  { companionTag, platforms }: Policy,
  excludedTags: readonly string[],
): CompanionStatus | undefined {
  const reason = skipReasonOfTag(tag, companionTag);
  if (reason === 'companion-tag') {
    const source = sourceTagOf(tag, companionTag, platforms);
    if (source !== undefined)
      return listing.has(source)
        ? { state: 'companion', detail: `companion of ${source}` }
        : { state: 'orphan', detail: `companion of ${source}, which no longer exists` };
  }
  if (reason) return notNeeded(reason);
  return excludedTags.some((pattern) => matchesGlob(pattern, tag)) ? notNeeded('tag-excluded') : undefined;
}

export const notNeeded = (reason: SkipReason, detail: string = SKIP_REASONS[reason]): CompanionStatus => ({
  state: 'not-needed',
  reason,
  detail,
});

/** What is to be said about one companion; nothing about a further platform of what is no index. */
export function statusOfPlan(plan: Plan, listing: Listing, repository: ChosenRepository): CompanionStatus | undefined {
  const { tag, demand } = plan;
  const now = listing.get(tag);
  const state = stateOf(plan, now);
  const about = { tag, ...(now ? { digest: now.digest } : {}) };
  if (demand.demand === 'refused') {
    const { reason, detail } = demand.refusal;
    const kept = now ? `; ${tag} still names ${now.digest}, an earlier image` : '';
    return { state: 'refused', reason, detail: `${detail}${kept}`, ...about };
  }
  if (state === 'right') return { state, ...about };
  if (state === 'absent') return 'skip' in demand && demand.skip ? notNeeded(demand.skip, demand.detail) : undefined;
  if (demand.demand === 'none') return { state: 'refused', reason: 'stale-companion', detail: demand.detail, ...about };
  if (state === 'stale' && !repository.isTagMovable(tag))
    return {
      state: 'refused',
      reason: 'tag-immutable',
      detail: `tag immutability of ${repository.name} keeps ${tag}, which names an earlier image`,
      ...about,
    };
  return { state, ...about };
}

export const isRepairable = (plans: readonly Plan[], listing: Listing, { isTagMovable }: ChosenRepository): boolean =>
  plans.some((plan) => {
    const now = listing.get(plan.tag);
    return manifestToPut(plan, now) !== undefined && (now === undefined || isTagMovable(plan.tag));
  });

const WORST_FIRST: readonly CompanionState[] = ['missing', 'stale', 'refused', 'right', 'not-needed'];

export function worstOf(statuses: readonly CompanionStatus[]): CompanionStatus {
  for (const state of WORST_FIRST) {
    const found = statuses.find((status) => status.state === state);
    if (found) return found;
  }
  return statuses[0] ?? { state: 'not-needed' };
}
