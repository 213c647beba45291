import { arrayAt, badField, objectAt } from '../manifest/descriptor';
import { type Json, type JsonObject, parseJson } from '../manifest/json';
import type { JsonPath } from '../manifest/json-path';
import { Refusal, refusalOr } from '../reasons';

type Action = 'expire' | 'transition';

/**
 * What may stand beside each count type; `undefined` is a field that may be absent. Not from a schema, AWS has none, but from
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html and the notes of
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_examples.html
 */
const COUNT_TYPES = {
  imageCountMoreThan: { selects: 'standard', countUnits: [undefined], actions: ['expire', 'transition'] },
  sinceImagePushed: { selects: 'standard', countUnits: ['days'], actions: ['expire', 'transition'] },
  sinceImagePulled: { selects: 'standard', countUnits: ['days'], actions: ['transition'] },
  sinceImageTransitioned: { selects: 'archive', countUnits: ['days'], actions: ['expire'] },
} as const satisfies Record<string, { selects: string; countUnits: readonly unknown[]; actions: readonly Action[] }>;
const TAG_STATUSES = ['tagged', 'untagged', 'any'] as const;
const MAX_WILDCARDS = 4;

export type StorageClass = 'standard' | 'archive';

export interface LifecycleSelection {
  readonly tagStatus: (typeof TAG_STATUSES)[number];
  readonly tagPatternList?: readonly string[];
  readonly tagPrefixList?: readonly string[];
  readonly storageClass?: StorageClass;
  readonly countType: keyof typeof COUNT_TYPES;
  readonly countUnit?: 'days';
  readonly countNumber: number;
}

export interface LifecycleRule {
  readonly rulePriority: number;
  readonly description?: string;
  readonly selection: LifecycleSelection;
  readonly action: { readonly type: Action; readonly targetStorageClass?: 'archive' };
}

/** Rules as AWS writes them, the highest priority (the smallest number) first. */
export type LifecyclePolicy = readonly LifecycleRule[];

/** The policy says something that this evaluator does not know, so its images have to be treated as at risk. */
export class NotUnderstood {
  /** @param detail what was expected, where, and what was found */
  constructor(readonly detail: string) {}
}

/** Reads the text that `GetLifecyclePolicy` returns. What AWS does not document is not understood, rather than guessed at. */
export function readPolicy(text: string): LifecyclePolicy | NotUnderstood {
  const read = refusalOr(() => policyAt(parseJson(new TextEncoder().encode(text))));
  return read instanceof Refusal ? new NotUnderstood(read.detail) : read;
}

/** The storage class whose images the rule selects. */
export const storageClassOf = ({ selection }: LifecycleRule): StorageClass => COUNT_TYPES[selection.countType].selects;

function policyAt(value: Json): LifecyclePolicy {
  const path = ['rules'];
  const rules = arrayAt(fieldsAt(value, [], path).get('rules'), path).map((rule, at) => ruleAt(rule, [...path, at]));
  rules.sort((a, b) => a.rulePriority - b.rulePriority);
  rules.forEach((rule, at) => {
    const later = rules.slice(at + 1);
    const isFollowed = later.some((other) => storageClassOf(other) === storageClassOf(rule));
    if (later[0]?.rulePriority === rule.rulePriority) badField(path, 'unique priorities', rule.rulePriority);
    if (rule.selection.tagStatus === 'any' && isFollowed) badField(path, 'tagStatus any last', rule.rulePriority);
  });
  return rules;
}

function ruleAt(value: Json, path: JsonPath): LifecycleRule {
  const fields = fieldsAt(value, path, ['rulePriority', 'description', 'selection', 'action']);
  const description = fields.get('description');
  if (description !== undefined && typeof description !== 'string') {
    return badField([...path, 'description'], 'a string', description);
  }
  const selection = selectionAt(fields.get('selection'), [...path, 'selection']);
  const actionPath = [...path, 'action'];
  const action = fieldsAt(fields.get('action'), actionPath, ['type', 'targetStorageClass']);
  const type = oneOf<Action>(COUNT_TYPES[selection.countType].actions, action, 'type', actionPath);
  const targets = type === 'transition' ? (['archive'] as const) : [undefined];
  const targetStorageClass = oneOf(targets, action, 'targetStorageClass', actionPath);
  return {
    rulePriority: countAt(fields, 'rulePriority', path),
    description,
    selection,
    action: { type, targetStorageClass },
  };
}

function selectionAt(value: Json | undefined, path: JsonPath): LifecycleSelection {
  const fields = fieldsAt(value, path, [
    ...['tagStatus', 'tagPatternList', 'tagPrefixList', 'storageClass', 'countType', 'countUnit', 'countNumber'],
  ]);
  const tagStatus = oneOf(TAG_STATUSES, fields, 'tagStatus', path);
  const lists = ['tagPatternList', 'tagPrefixList'].filter((list) => fields.has(list));
  if (lists.length !== (tagStatus === 'tagged' ? 1 : 0)) {
    badField(path, 'tagPatternList or tagPrefixList if tagStatus is tagged, and neither otherwise', value);
  }
  const countType = oneOf(Object.keys(COUNT_TYPES) as (keyof typeof COUNT_TYPES)[], fields, 'countType', path);
  const { selects, countUnits } = COUNT_TYPES[countType];
  // Absent means standard, which a rule for archived images must not have.
  const storageClasses = selects === 'standard' ? [selects, undefined] : [selects];
  return {
    tagStatus,
    tagPatternList: globsAt(fields, 'tagPatternList', path, MAX_WILDCARDS),
    tagPrefixList: globsAt(fields, 'tagPrefixList', path, 0),
    storageClass: oneOf<StorageClass | undefined>(storageClasses, fields, 'storageClass', path),
    countType,
    countUnit: oneOf<'days' | undefined>(countUnits, fields, 'countUnit', path),
    countNumber: countAt(fields, 'countNumber', path),
  };
}

function fieldsAt(value: Json | undefined, path: JsonPath, known: readonly string[]): JsonObject {
  const fields = objectAt(value, path, known);
  const unknown = [...fields.keys()].find((field) => !known.includes(field));
  return unknown === undefined
    ? fields
    : badField([...path, unknown], `no field but ${known.join(', ')}`, fields.get(unknown));
}

function oneOf<T extends string | undefined>(values: readonly T[], fields: JsonObject, name: string, path: JsonPath) {
  const found = fields.get(name);
  if (values.some((value) => value === found)) return found as T;
  return badField([...path, name], values.map((value) => value ?? 'nothing').join(' or '), found);
}

function countAt(fields: JsonObject, name: string, path: JsonPath): number {
  const count = fields.get(name);
  return typeof count === 'number' && count > 0 ? count : badField([...path, name], 'a positive integer', count);
}

function globsAt(fields: JsonObject, name: string, path: JsonPath, maxWildcards: number) {
  const list = fields.get(name);
  if (list === undefined) return undefined;
  const globs = arrayAt(list, [...path, name]).map((glob, at) =>
    typeof glob === 'string' && glob !== '' && glob.split('*').length <= maxWildcards + 1
      ? glob
      : badField([...path, name, at], `a tag with at most ${maxWildcards} wildcards`, glob),
  );
  return globs.length > 0 ? globs : badField([...path, name], 'at least one tag', list);
}
