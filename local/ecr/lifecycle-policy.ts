import { isObject, type JsonObject } from '../aws/json';
import { invalidParameter } from './errors';

export interface LifecycleRule {
  readonly rulePriority: number;
  readonly selection: {
    readonly tagStatus: 'tagged' | 'untagged' | 'any';
    readonly tagPatternList?: readonly string[];
    readonly tagPrefixList?: readonly string[];
    readonly storageClass?: 'standard' | 'archive';
    readonly countType: 'imageCountMoreThan' | 'sinceImagePushed' | 'sinceImagePulled' | 'sinceImageTransitioned';
    readonly countNumber: number;
  };
  readonly action: { readonly type: 'expire' | 'transition' };
}

/**
 * AWS doesn't publish its schema. This is what https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 * says, and the wording of https://github.com/cloudposse/terraform-aws-ecr/issues/158 , where `null` was not taken for an absent field.
 * @throws AwsError `InvalidParameterException`
 */
export function readLifecyclePolicy(text: string): readonly LifecycleRule[] {
  const rules = rulesOf(text);
  if (!rules?.every(isRule)) throw invalid('instance failed to match exactly one schema (matched 0 out of 2)');
  const byPriority = [...rules].sort((a, b) => a.rulePriority - b.rulePriority);
  for (const [at, { rulePriority, selection }] of byPriority.entries()) {
    const after = byPriority.slice(at + 1);
    if (after[0]?.rulePriority === rulePriority) throw invalid('each rule must have a unique rulePriority');
    // The examples have one such rule for each storage class.
    const isFollowed = after.some((later) => storageClassOf(later) === storageClassOf({ selection }));
    if (selection.tagStatus === 'any' && isFollowed)
      throw invalid('a rule for any image must have the lowest priority');
  }
  return byPriority;
}

export const storageClassOf = ({ selection }: Pick<LifecycleRule, 'selection'>) => selection.storageClass ?? 'standard';

const invalid = (why: string) => invalidParameter('LifecyclePolicyText', `Lifecycle policy validation failure: ${why}`);

function rulesOf(text: string): readonly unknown[] | undefined {
  try {
    const { rules }: JsonObject = JSON.parse(text);
    if (Array.isArray(rules) && rules.length > 0) return rules;
  } catch {} // Refused like every other text that isn't a policy.
  return undefined;
}

function isRule(rule: unknown): rule is LifecycleRule {
  if (!isObject(rule) || !hasOnly(rule, ['rulePriority', 'description', 'selection', 'action'])) return false;
  const { rulePriority, description = '', selection, action } = rule;
  if (!isPositive(rulePriority) || typeof description !== 'string') return false;
  return isObject(selection) && isObject(action) && isSelection(selection) && isAction(action, selection.countType);
}

function isSelection({
  tagStatus,
  tagPatternList,
  tagPrefixList,
  storageClass = 'standard',
  ...count
}: JsonObject): boolean {
  const { countType, countUnit, countNumber } = count;
  const lists = [tagPatternList, tagPrefixList].filter((list) => list !== undefined);
  const isArchived = countType === 'sinceImageTransitioned';
  const isCount = countType === 'imageCountMoreThan';
  return (
    hasOnly(count, ['countType', 'countUnit', 'countNumber']) &&
    ['tagged', 'untagged', 'any'].includes(String(tagStatus)) &&
    lists.length === (tagStatus === 'tagged' ? 1 : 0) &&
    lists.every((list) => Array.isArray(list) && list.length > 0 && list.every(isPattern)) &&
    (isCount || isArchived || countType === 'sinceImagePushed' || countType === 'sinceImagePulled') &&
    countUnit === (isCount ? undefined : 'days') &&
    storageClass === (isArchived ? 'archive' : 'standard') &&
    isPositive(countNumber)
  );
}

/** Images that weren't pulled can be archived only, and archived images expired only. */
function isAction(action: JsonObject, countType: unknown): boolean {
  const { type, targetStorageClass } = action;
  if (!hasOnly(action, ['type', 'targetStorageClass'])) return false;
  if (type === 'expire') return countType !== 'sinceImagePulled' && targetStorageClass === undefined;
  return type === 'transition' && countType !== 'sinceImageTransitioned' && targetStorageClass === 'archive';
}

const isPattern = (tag: unknown) => typeof tag === 'string' && tag !== '' && tag.split('*').length <= 5;
const isPositive = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0;
const hasOnly = (fields: JsonObject, known: readonly string[]) =>
  Object.keys(fields).every((key) => known.includes(key));
