import { AwsError } from '../aws/error';
import { invalidParameter } from './errors';

export type TagMutabilityMode = 'MUTABLE' | 'IMMUTABLE' | 'IMMUTABLE_WITH_EXCLUSION' | 'MUTABLE_WITH_EXCLUSION';

export interface TagMutability {
  readonly mode: TagMutabilityMode;
  /** Wildcard filters; only the two `_WITH_EXCLUSION` modes have any. */
  readonly exclusions: readonly string[];
}

export const MUTABLE: TagMutability = { mode: 'MUTABLE', exclusions: [] };

const MODES: readonly string[] = [
  'MUTABLE',
  'IMMUTABLE',
  'IMMUTABLE_WITH_EXCLUSION',
  'MUTABLE_WITH_EXCLUSION',
] satisfies TagMutabilityMode[];
const FILTER = /^[0-9a-zA-Z._*-]{1,128}$/;
const MAX_FILTERS = 5;
const MAX_WILDCARDS = 2;

const isMode = (value: string): value is TagMutabilityMode => MODES.includes(value);

/**
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
 * @throws AwsError `InvalidParameterException` for an unknown mode, a bad filter, or filters where the mode has none
 */
export function tagMutability(mode: string, exclusions: readonly string[]): TagMutability {
  if (!isMode(mode)) {
    throw invalidParameter('imageTagMutability', `Member must satisfy enum value set: [${MODES.join(', ')}]`);
  }
  const parameter = 'imageTagMutabilityExclusionFilters';
  if (mode.endsWith('_WITH_EXCLUSION') !== exclusions.length > 0) {
    throw new AwsError(
      'InvalidParameterException',
      `${parameter} must be given with IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION, and with no other imageTagMutability than these; it was ${mode} with ${exclusions.length} filters`,
    );
  }
  if (exclusions.length > MAX_FILTERS) throw invalidParameter(parameter, `At most ${MAX_FILTERS} filters`);
  for (const filter of exclusions) {
    if (!FILTER.test(filter)) throw invalidParameter(parameter, `must satisfy regular expression '${FILTER.source}'`);
    if (filter.split('*').length - 1 > MAX_WILDCARDS) {
      throw invalidParameter(parameter, `At most ${MAX_WILDCARDS} wildcards in one filter`);
    }
  }
  return { mode, exclusions };
}

function matches(filter: string, tag: string): boolean {
  const literal = filter.split('*').map((part) => part.replace(/[.\\+?^${}()|[\]]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`).test(tag);
}

/** Whether a tag, once set, may move to another digest. */
export function isTagMutable({ mode, exclusions }: TagMutability, tag: string): boolean {
  const excluded = exclusions.some((filter) => matches(filter, tag));
  return mode === 'MUTABLE' || mode === 'MUTABLE_WITH_EXCLUSION' ? !excluded : excluded;
}
