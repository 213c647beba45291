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
  | { readonly kind: 'pull-time'; readonly rule: LifecycleRule }
  /** A companion that moves leaves an untagged image, which takes the place of an untagged source. */
  | { readonly kind: 'untagged'; readonly rule: LifecycleRule };

/** In the description of a rule that counts untagged images: its number is meant for sources and companions. */
export const ROOM_FOR_COMPANIONS = 'room for companions';

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

/** Whether its number was raised for companions already. Of untagged images nothing else can tell. */
export const hasRoomForCompanions = ({ selection, description }: LifecycleRule): boolean =>
  selection.tagStatus === 'untagged' && description?.includes(ROOM_FOR_COMPANIONS) === true;

/** Which rule can take an untagged source when a companion moves, from the policy alone: nothing tells an untagged companion from a source. */
export function hazardOfMoves(policy: LifecyclePolicy): Hazard | undefined {
  const rule = policy.find(
    (one) => one.selection.tagStatus === 'untagged' && isCountRule(one) && !hasRoomForCompanions(one),
  );
  return rule && { kind: 'untagged', rule };
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
  const companionsKept = companionsKeptAbove(policy, rule, companionTags, [sourceTag]);
  if (companionsKept === undefined) return false;
  return rule !== claimingRule(policy, [sourceTag]) || companionsKept < rule.selection.countNumber;
}

/**
 * How many images a count rule is meant to keep beside their companions: its number less the companions that higher rules keep. A rule that
 * is full of them and their companions takes an older image for each new one, as it did before.
 * @param companionTags of the repository
 * @param sourceTags of images that the rule takes
 * @returns nothing if its number wasn't chosen with companions in mind
 */
export function releasesMeantBy(
  policy: LifecyclePolicy,
  rule: LifecycleRule,
  companionTags: readonly string[],
  sourceTags: readonly string[],
): number | undefined {
  if (!isCountRule(rule)) return undefined;
  const { tagStatus, countNumber } = rule.selection;
  if (tagStatus === 'untagged') return hasRoomForCompanions(rule) ? 0 : undefined;
  const counted = companionTags.filter((tag) => maySelect(rule, tag));
  const companionsKept = companionsKeptAbove(policy, rule, counted, sourceTags);
  return companionsKept !== undefined && companionsKept < countNumber ? countNumber - companionsKept : undefined;
}

/** @returns nothing if a companion isn't claimed by a higher rule that leaves sources alone */
function companionsKeptAbove(
  policy: LifecyclePolicy,
  rule: LifecycleRule,
  companionTags: readonly string[],
  sourceTags: readonly string[],
): number | undefined {
  let companionsKept = 0;
  for (const claim of new Set(companionTags.map((tag) => claimingRule(policy, [tag])))) {
    if (!claim || claim.rulePriority >= rule.rulePriority) return undefined;
    if (sourceTags.some((tag) => maySelect(claim, tag))) return undefined;
    companionsKept += isCountRule(claim) ? claim.selection.countNumber : Number.POSITIVE_INFINITY;
  }
  return companionsKept;
}
