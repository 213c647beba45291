import { matchesGlob } from '../companion/glob';
import type { LifecyclePolicy, LifecycleRule } from './policy';
import { claimingRule, globsOf, isCountRule } from './selection';

/** A count rule that counts companions too. */
export interface Crowding {
  readonly rule: LifecycleRule;
  readonly keepsNow: number;
  /** How many images beside their companions it keeps at least, once each has its companions. */
  readonly keepsThen: number;
}

export type Hazard =
  | ({ readonly kind: 'count' } & Crowding)
  /** Consumers pull the companion, so nobody pulls the source, and the rule archives it. */
  | { readonly kind: 'pull-time'; readonly rule: LifecycleRule };

export const crowdingOf = (rule: LifecycleRule, companionsOfEach: number): Crowding => {
  const { countNumber } = rule.selection;
  return { rule, keepsNow: countNumber, keepsThen: Math.floor(countNumber / (1 + companionsOfEach)) };
};

/** Whether a rule can expire or archive a source because of companions: a rule by age treats each image by itself. */
export const canCostSources = (rule: LifecycleRule): boolean =>
  globsOf(rule).length > 0 && (isCountRule(rule) || rule.selection.countType === 'sinceImagePulled');

/**
 * By which rules a source tag's companions can cost the repository sources, from the policy alone: for a push, where no listing is
 * affordable. The images' other tags are not known, so one entry of a list is enough for a rule to be reported.
 */
export function hazardsOf(
  policy: LifecyclePolicy,
  sourceTag: string,
  companionTags: readonly string[],
): readonly Hazard[] {
  const own = claimingRule(policy, [sourceTag]);
  return policy.flatMap((rule): Hazard[] => {
    if (!maySelect(rule, sourceTag)) return [];
    const isBelowOwn = own !== undefined && own.rulePriority < rule.rulePriority;
    if (rule.selection.countType === 'sinceImagePulled') return isBelowOwn ? [] : [{ kind: 'pull-time', rule }];
    if (!isCountRule(rule)) return [];
    const counted = companionTags.filter((tag) => maySelect(rule, tag));
    return areKeptApart(policy, rule, counted, sourceTag)
      ? []
      : [{ kind: 'count', ...crowdingOf(rule, counted.length) }];
  });
}

const maySelect = (rule: LifecycleRule, tag: string): boolean => globsOf(rule).some((glob) => matchesGlob(glob, tag));

/**
 * Whether higher rules claim these companions and not their source. Then somebody chose the counts with companions in mind, unless the
 * companions that the source's own rule counts can fill it by themselves: claimed images count (see `evaluate`).
 */
function areKeptApart(
  policy: LifecyclePolicy,
  rule: LifecycleRule,
  companionTags: readonly string[],
  sourceTag: string,
): boolean {
  let companionsKept = 0;
  for (const claim of new Set(companionTags.map((tag) => claimingRule(policy, [tag])))) {
    if (!claim || claim.rulePriority >= rule.rulePriority || maySelect(claim, sourceTag)) return false;
    companionsKept += isCountRule(claim) ? claim.selection.countNumber : Number.POSITIVE_INFINITY;
  }
  return rule !== claimingRule(policy, [sourceTag]) || companionsKept < rule.selection.countNumber;
}
