import type { CompanionTagForm } from '../companion/companion-tag';
import type { Platform } from '../manifest/platform';
import { companionGlobsOf, type Reach, reachOf } from './companion-globs';
import { hasRoomForCompanions, ROOM_FOR_COMPANIONS } from './hazard';
import { type LifecyclePolicy, type LifecycleRule, storageClassOf } from './policy';
import { globsOf, isCountRule } from './selection';

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
const MAX_RULES = 50;
const MAX_CHARACTERS = 30_720;

export type PolicySuggestion =
  /** The present policy keeps sources and companions as it is. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed'; readonly text: string; readonly changes: readonly PolicyChange[] }
  | { readonly kind: 'impossible'; readonly why: string };

export interface PolicyChange {
  /** In the suggested policy. */
  readonly rulePriority: number;
  readonly explanation: string;
}

/**
 * A policy that keeps every release that this one keeps, and its companions with it. Each rule for sources gets a counterpart for their
 * companions, above all rules for sources; a rule that counts companions gets a higher number.
 *
 * For N releases, N companions and N·(1 + platforms) images would do if each companion came right after its source. But a queue can delay
 * one, and a backfill puts all of them late: then they are younger than later releases, and count before them. So there is room for N late
 * companions of each platform: 2·N companions, N·(1 + 2·platforms) images. There can be more only after a backfill, where a rule counts
 * companions of more images than it keeps (those that an age rule above it keeps): ask `impactOf` first.
 */
export function policyThatKeepsBoth(
  policy: LifecyclePolicy,
  form: CompanionTagForm,
  platforms: readonly Platform[],
): PolicySuggestion {
  const rules = policy.map((rule) => ({ rule, reach: reachOfRule(rule, form, platforms) }));
  const obstacle = rules.map(({ rule, reach }) => obstacleIn(rule, reach)).find((why) => why !== undefined);
  if (obstacle !== undefined) return { kind: 'impossible', why: obstacle };
  const isCrowded = ({ rule, reach }: { rule: LifecycleRule; reach: Reach }) =>
    isCountRule(rule) && reach === 'own' && !hasRoomForCompanions(rule);
  const reaches = rules.filter(({ rule }) => selectsSources(rule)).map(({ reach }) => reach);
  if (!rules.some(isCrowded) && new Set(reaches).size <= 1) return { kind: 'unchanged' };

  const claims = policy.filter(selectsSources).flatMap((rule) => claimsOf(rule, form, platforms));
  // `any` and the pattern `*` have the same companions, and ECR wants unique lists: the first claims them.
  const listOf = ({ rule }: SuggestedRule) => String(rule.selection.tagPatternList);
  const uniqueClaims = claims.filter(
    (claim, at) => claims.findIndex((first) => listOf(first) === listOf(claim)) === at,
  );
  const suggested = [...uniqueClaims, ...rules.map(({ rule, reach }) => raised(rule, reach, platforms.length))].map(
    ({ rule, explanation }, at) => ({ rule: { ...rule, rulePriority: at + 1 }, explanation }),
  );
  const text = JSON.stringify({ rules: suggested.map(({ rule }) => rule) }, null, 2);
  if (suggested.length > MAX_RULES || text.length > MAX_CHARACTERS) {
    const size = `${suggested.length} rules and ${text.length} characters`;
    return { kind: 'impossible', why: `it would have ${size}; ECR allows ${MAX_RULES} and ${MAX_CHARACTERS}` };
  }
  const changes = suggested.flatMap(({ rule: { rulePriority }, explanation }) =>
    explanation === undefined ? [] : [{ rulePriority, explanation }],
  );
  return { kind: 'changed', text, changes };
}

interface SuggestedRule {
  readonly rule: LifecycleRule;
  /** Absent if the rule is as it was. */
  readonly explanation?: string;
}

const selectsSources = (rule: LifecycleRule): boolean =>
  storageClassOf(rule) === 'standard' && rule.selection.tagStatus !== 'untagged';

/** A companion that loses its tag to a newer one is as untagged as its source is then. */
function reachOfRule(rule: LifecycleRule, form: CompanionTagForm, platforms: readonly Platform[]): Reach {
  if (storageClassOf(rule) !== 'standard') return 'none';
  const reaches = globsOf(rule).map((glob) => reachOf(glob, form, platforms));
  return (['none', 'others'] as const).find((reach) => reaches.includes(reach)) ?? 'own';
}

function obstacleIn(rule: LifecycleRule, reach: Reach): string | undefined {
  const name = `rule ${rule.rulePriority}`;
  if (reach === 'others') {
    return `${name} (${globsOf(rule)}) selects companions without their source tags; remove it or change its pattern, and ask again`;
  }
  if (rule.selection.countType === 'sinceImagePulled') {
    return `${name} archives what nobody pulls, and consumers pull a source or its companion, not both; use an age or a count`;
  }
  return undefined;
}

function claimsOf(rule: LifecycleRule, form: CompanionTagForm, platforms: readonly Platform[]): SuggestedRule[] {
  const { countNumber } = rule.selection;
  const lists = companionGlobsOf(globsOf(rule), form, platforms);
  const ofEach = platforms.length / lists.length;
  return lists.map((tagPatternList) => {
    const { tagPrefixList: _, ...selection } = rule.selection;
    const number = isCountRule(rule) ? 2 * countNumber * ofEach : countNumber;
    const description = `Companions of ${globsOf(rule)}`;
    return {
      rule: {
        ...rule,
        description,
        selection: { ...selection, tagStatus: 'tagged', tagPatternList, countNumber: number },
      },
      explanation: isCountRule(rule)
        ? `new: claims the companions of rule ${rule.rulePriority}, which keeps ${countNumber}; ${number} leave room for companions that are put late`
        : `new: claims the companions of rule ${rule.rulePriority}, for as many days`,
    };
  });
}

function raised(rule: LifecycleRule, reach: Reach, platforms: number): SuggestedRule {
  if (!isCountRule(rule) || reach !== 'own' || hasRoomForCompanions(rule)) return { rule };
  const { countNumber } = rule.selection;
  const number = countNumber * (1 + 2 * platforms);
  const isOfUntagged = rule.selection.tagStatus === 'untagged';
  return {
    rule: {
      ...rule,
      ...(isOfUntagged ? { description: `${countNumber} untagged images, with ${ROOM_FOR_COMPANIONS}` } : {}),
      selection: { ...rule.selection, countNumber: number },
    },
    explanation: `was rule ${rule.rulePriority} with ${countNumber}: it counts companions too, even those that a higher rule claims, so ${number} keep ${countNumber} releases`,
  };
}
