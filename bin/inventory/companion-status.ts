import { sourceTagOf } from '../../lambda/core/companion/companion-tag';
import { companionStateOf, type Outcome } from '../../lambda/core/companion/outcome';
import type { Policy } from '../../lambda/core/companion/policy';
import type { ListedTag } from './listing';
import type { CompanionStatus, TagState } from './row';

/** The status of a tag that is a companion itself, if it is one. */
export function statusOfCompanionTag(
  tag: string,
  listing: ReadonlyMap<string, ListedTag>,
  { companionTag, platforms }: Policy,
): CompanionStatus | undefined {
  const source = sourceTagOf(tag, companionTag, platforms);
  if (source === undefined) return undefined;
  return listing.has(source)
    ? { state: 'companion', detail: `companion of ${source}` }
    : { state: 'orphan', detail: `companion of ${source}, which no longer exists` };
}

/** The status of one companion, by the outcome of a dry run of its repair. */
export function statusOf(outcome: Outcome): CompanionStatus {
  const state = companionStateOf(outcome);
  switch (outcome.outcome) {
    case 'skipped':
      return { state, reason: outcome.reason, detail: outcome.detail };
    case 'refused': {
      const { reason, detail, companion } = outcome;
      const digest = companion?.outOfDateDigest;
      return { state, reason, detail, ...(companion ? { tag: companion.tag } : {}), ...(digest ? { digest } : {}) };
    }
    case 'unchanged':
      return { state, tag: outcome.companion.tag, digest: outcome.companion.digest, ...platformIn(outcome) };
    case 'recompressing': {
      const { tag, outOfDateDigest: digest } = outcome.companion;
      return { state, tag, detail: outcome.detail, ...(digest ? { digest } : {}) };
    }
    case 'converted':
    case 'aliased': {
      const { replacedDigest: digest } = outcome;
      return { state, tag: outcome.companion.tag, ...(digest ? { digest } : {}), ...platformIn(outcome) };
    }
  }
}

const platformIn = ({ platform }: { readonly platform?: string }) => (platform ? { platform } : {});

/** Whether a repair would put something. */
export const isRepairable = ({ outcome }: Outcome): boolean => outcome === 'converted' || outcome === 'aliased';

const WORST_FIRST: readonly TagState[] = ['missing', 'out-of-date', 'refused', 'current', 'not-needed'];

export function worstStatus(statuses: readonly CompanionStatus[]): CompanionStatus {
  for (const state of WORST_FIRST) {
    const found = statuses.find((status) => status.state === state);
    if (found) return found;
  }
  return statuses[0] ?? { state: 'not-needed' };
}
