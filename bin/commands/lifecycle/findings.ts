import { companionTagsOf } from '../../../lambda/core/companion/plan';
import type { Policy } from '../../../lambda/core/companion/policy';
import { evaluate } from '../../../lambda/core/lifecycle/evaluate';
import { type Hazard, hazardOfMoves, hazardsOf } from '../../../lambda/core/lifecycle/hazard';
import { type Impact, impactOf, type PlannedCompanion, withoutCompanions } from '../../../lambda/core/lifecycle/impact';
import { plannedCompanions, type RepositoryImage, sourcesIn } from '../../../lambda/core/lifecycle/planned-companions';
import { type LifecyclePolicy, NotUnderstood, readPolicy } from '../../../lambda/core/lifecycle/policy';
import { type PolicySuggestion, policyThatKeepsBoth } from '../../../lambda/core/lifecycle/suggest';

/** What a lifecycle policy takes because of companions. */
export type Losses = Pick<Impact, 'lost' | 'companionsLost'>;

export type Suggestion =
  | Exclude<PolicySuggestion, { readonly kind: 'changed' }>
  /** `losses`: what it would take all the same. */
  | (Extract<PolicySuggestion, { readonly kind: 'changed' }> & { readonly losses: Losses });

export interface Findings {
  /** Companions of all its images: those that it has, and those that a backfill would put. */
  readonly companions: readonly PlannedCompanion[];
  readonly losses: Losses;
  /** What pushes will cost in time, one for each rule. */
  readonly hazards: readonly Hazard[];
  /** Absent if the policy keeps sources and companions as it is. */
  readonly suggestion?: Suggestion;
}

/** What the lifecycle policy of a repository does because of companions, and what to do about it. */
export function findingsOf(
  repository: string,
  images: readonly RepositoryImage[],
  lifecycle: LifecyclePolicy,
  policy: Policy,
  now: number,
): Findings {
  const companions = plannedCompanions(repository, images, policy);
  const losses = lossesOf(lifecycle, lifecycle, images, companions, now);
  const sources = sourcesIn(repository, images, policy).map(({ tag }) => tag);
  const hazards = hazardsByRule(lifecycle, sources, policy);
  const findings = { companions, losses, hazards };
  if (isNothing(losses) && hazards.length === 0) return findings;
  const suggestion = policyThatKeepsBoth(lifecycle, policy.companionTag, policy.platforms);
  // Hazards are of single tags, and can be more than the rules together do.
  if (suggestion.kind === 'unchanged' && isNothing(losses)) return { ...findings, hazards: [] };
  if (suggestion.kind !== 'changed') return { ...findings, suggestion };
  const suggested = readPolicy(suggestion.text);
  if (suggested instanceof NotUnderstood) throw new Error(`the suggested policy is wrong: ${suggested.detail}`);
  return {
    ...findings,
    suggestion: { ...suggestion, losses: lossesOf(suggested, lifecycle, images, companions, now) },
  };
}

export const isNothing = ({ lost, companionsLost }: Losses): boolean => lost.length + companionsLost.length === 0;

/** Images that stay under the present policy without companions, and the companions of such images. */
function lossesOf(
  policy: LifecyclePolicy,
  present: LifecyclePolicy,
  images: readonly RepositoryImage[],
  companions: readonly PlannedCompanion[],
  now: number,
): Losses {
  const { lost, companionsLost } = impactOf(policy, images, companions, now, present);
  const fates = evaluate(present, withoutCompanions(images, companions), now);
  const lostDigests = new Set(lost.map(({ image }) => image.digest));
  const stays = (digest: string) => fates.get(digest)?.kind === 'keep' && !lostDigests.has(digest);
  return { lost, companionsLost: companionsLost.filter(({ companion }) => stays(companion.sourceDigest)) };
}

/** The worst of each rule. */
function hazardsByRule(lifecycle: LifecyclePolicy, sources: readonly string[], policy: Policy): readonly Hazard[] {
  const worst = new Map<number, Hazard>();
  for (const tag of sources)
    for (const hazard of hazardsOf(lifecycle, tag, companionTagsOf(tag, policy))) {
      const known = worst.get(hazard.rule.rulePriority);
      if (!known || keepsThen(hazard) < keepsThen(known)) worst.set(hazard.rule.rulePriority, hazard);
    }
  const ofMoves = hazardOfMoves(lifecycle);
  if (ofMoves) worst.set(ofMoves.rule.rulePriority, ofMoves);
  return [...worst.values()].sort((a, b) => a.rule.rulePriority - b.rule.rulePriority);
}

const keepsThen = (hazard: Hazard): number => (hazard.kind === 'count' ? hazard.keepsThen : Number.POSITIVE_INFINITY);
