import type { RegistryRefusal } from '../errors';
import { isSkipReason, type Refusal, SKIP_REASONS, type SkipReason } from '../reasons';
import type { KeptTag, ManifestIdentity, PutResult } from '../registry';
import type { ImageTag, Outcome, RecompressedLayers } from './outcome';
import type { CompanionPlan } from './plan';
import type { Policy } from './policy';

/** What the registry answered to the last put of a companion tag, and what the tag named before. */
export interface PutAttempt {
  readonly result: PutResult;
  readonly replaced: ManifestIdentity | undefined;
}

/** What a repair read last, and what it did. */
export interface Repaired {
  readonly image: ImageTag;
  readonly source: ManifestIdentity;
  readonly companions: ReadonlyMap<string, ManifestIdentity>;
  readonly puts: ReadonlyMap<string, PutAttempt>;
  readonly policy: Policy;
}

export const outcomesOf = (repaired: Repaired, plans: readonly CompanionPlan[]): readonly Outcome[] =>
  plans.flatMap((plan) => outcomeOf(repaired, plan) ?? []);

export const skippedFor = (image: ImageTag, reason: SkipReason, detail: string = SKIP_REASONS[reason]): Outcome => ({
  image,
  outcome: 'skipped',
  reason,
  detail,
});

export const outcomeOfRefusal = (image: ImageTag, { reason, detail }: RegistryRefusal): Outcome =>
  isSkipReason(reason) ? skippedFor(image, reason, detail) : { image, outcome: 'refused', reason, detail };

/**
 * @param remaining companion tags that still exist
 * @param kept after a deletion, those that it left, with the reason
 */
export function sourceGone(image: ImageTag, remaining: readonly string[], kept?: readonly KeptTag[]): Outcome {
  const whys = remaining.map((tag) => {
    const why = kept?.find((one) => one.tag === tag)?.why;
    return why ? `${tag} is kept, because ${why}` : `${tag} is kept`;
  });
  const companions = whys.length > 0 ? `; ${whys.join(', ')}` : kept ? '; its companions were deleted' : '';
  return skippedFor(image, 'source-gone', SKIP_REASONS['source-gone'] + companions);
}

/** @returns nothing for a further platform of a source that is not an index */
function outcomeOf(repaired: Repaired, plan: CompanionPlan): Outcome | undefined {
  const { image, puts } = repaired;
  const { tag, desired } = plan;
  const source = identity(repaired.source);
  const companion = repaired.companions.get(tag);
  const put = puts.get(tag);
  const skipped = (reason: SkipReason, detail?: string): Outcome => ({ ...skippedFor(image, reason, detail), source });
  const refused = ({ reason, detail }: Pick<Refusal, 'reason' | 'detail'>): Outcome => ({
    image,
    source,
    outcome: 'refused',
    reason,
    detail: companion ? `${detail}; ${tag} still names ${companion.digest}, an earlier image` : detail,
    companion: { tag, ...(companion ? { outOfDateDigest: companion.digest } : {}) },
  });
  if (desired.kind === 'refused') return refused(desired.refusal);
  if (desired.kind === 'recompressed') {
    const { detail } = desired.why;
    const outOfDate = companion ? { outOfDateDigest: companion.digest } : {};
    return { image, source, outcome: 'recompressing', detail, companion: { tag, ...outOfDate } };
  }
  if (desired.kind === 'none') {
    if (companion) return refused({ reason: 'stale-companion', detail: desired.detail });
    return desired.skip && skipped(desired.skip, desired.detail);
  }
  if (desired.kind === 'if-present' && !companion)
    return desired.refusal ? refused(desired.refusal) : skipped(desired.skip, desired.detail);
  if (companion?.digest === desired.manifest.digest) {
    const { by, platform, droppedFields } = desired;
    const about = {
      image,
      source,
      companion: { tag, ...identity(desired.manifest) },
      ...(platform ? { platform } : {}),
      droppedFields,
    };
    if (put?.result.kind !== 'done') return { ...about, outcome: 'unchanged' };
    const written = { ...about, ...(put.replaced ? { replacedDigest: put.replaced.digest } : {}) };
    return by === 'aliased' ? { ...written, outcome: by } : { ...written, outcome: by, ...recompressedOf(desired) };
  }
  switch (put?.result.kind) {
    case 'opted-out':
      return skipped('opted-out');
    case 'refused':
      return refused(put.result);
    case 'tag-immutable':
      return refused({ reason: 'tag-immutable', detail: howToUnlock(image, tag, repaired.policy) });
    default:
      throw new Error(`${image.repository}:${tag} does not name what was put, and nothing says why`);
  }
}

const recompressedOf = ({ recompressed }: { readonly recompressed?: RecompressedLayers }) =>
  recompressed ? { recompressed } : {};

const identity = ({ digest, mediaType }: ManifestIdentity): ManifestIdentity => ({ digest, mediaType });

function howToUnlock({ repository }: ImageTag, tag: string, { companionTag }: Policy): string {
  const filter = 'suffix' in companionTag ? `*${companionTag.suffix}` : `${companionTag.prefix}*`;
  return `tag immutability of ${repository} keeps ${tag}; a tag mutability exclusion filter ${filter} would let it move`;
}
