import { Refusal, SKIP_REASONS } from '../reasons';
import type { Put, StoredManifest } from '../registry';
import type { ImageTag, ManifestIdentity, Outcome } from './outcome';
import { type Plan, stateOf } from './plan';
import type { Policy } from './policy';

/** What a repair saw last, and what it did. */
export interface Repaired {
  readonly image: ImageTag;
  readonly source: StoredManifest;
  readonly now: ReadonlyMap<string, ManifestIdentity>;
  /** What the registry answered to the last put of each companion tag. */
  readonly puts: ReadonlyMap<string, Put>;
  readonly policy: Policy;
}

export const outcomesOf = (repaired: Repaired, plans: readonly Plan[]): readonly Outcome[] =>
  plans.flatMap((plan) => outcomeOf(repaired, plan) ?? []);

export function sourceGone(image: ImageTag, kept: readonly string[], orphansDeleted: boolean): Outcome {
  const more = kept.length > 0 ? `; ${kept.join(', ')} is kept` : orphansDeleted ? '; nor does its companion' : '';
  const detail = SKIP_REASONS['source-gone'] + more;
  return { image, outcome: 'skipped', reason: 'source-gone', detail };
}

const identity = ({ digest, mediaType }: ManifestIdentity): ManifestIdentity => ({ digest, mediaType });

/** @returns nothing for a further platform of a source that is no index */
function outcomeOf({ image, source: stored, now, puts, policy }: Repaired, plan: Plan): Outcome | undefined {
  const { tag, demand } = plan;
  const source = identity(stored);
  const companion = now.get(tag);
  const put = puts.get(tag);
  if (put?.put === 'opted-out')
    return { image, source, outcome: 'skipped', reason: 'opted-out', detail: SKIP_REASONS['opted-out'] };
  const refusal = refusalOf(plan, companion, put, image, policy);
  if (refusal) {
    const detail = companion
      ? `${refusal.detail}; ${tag} still names ${companion.digest}, an earlier image`
      : refusal.detail;
    const about = { tag, ...(companion ? { staleDigest: companion.digest } : {}) };
    return { image, source, outcome: 'refused', reason: refusal.reason, detail, companion: about };
  }
  if (demand.demand === 'manifest' || (demand.demand === 'if-present' && companion)) {
    const by = demand.demand === 'manifest' ? demand.by : 'aliased';
    const { droppedFields = [], platform } = demand.demand === 'manifest' ? demand : {};
    return {
      image,
      source,
      outcome: put?.put === 'done' ? by : 'unchanged',
      companion: { tag, ...identity(demand.manifest) },
      ...(platform ? { platform } : {}),
      droppedFields,
    };
  }
  if (demand.demand === 'refused' || !demand.skip) return undefined;
  return { image, source, outcome: 'skipped', reason: demand.skip, detail: demand.detail };
}

function refusalOf(
  plan: Plan,
  companion: ManifestIdentity | undefined,
  put: Put | undefined,
  { repository }: ImageTag,
  { companionTag }: Policy,
): Refusal | undefined {
  const { tag, demand } = plan;
  const isStale = stateOf(plan, companion) === 'stale';
  if (demand.demand === 'refused') return demand.refusal;
  if (demand.demand === 'none') return isStale ? new Refusal('stale-companion', demand.detail) : undefined;
  if (put?.put === 'refused') return new Refusal(put.reason, put.detail);
  if (put?.put !== 'tag-taken' || !isStale) return undefined;
  const filter = 'suffix' in companionTag ? `*${companionTag.suffix}` : `${companionTag.prefix}*`;
  return new Refusal(
    'tag-immutable',
    `tag immutability of ${repository} keeps ${tag}; a tag mutability exclusion filter ${filter} would let it move`,
  );
}
