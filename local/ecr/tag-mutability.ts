import { AwsError } from '../aws/error';
import { invalidParameter } from './errors';
import { matchesWildcards } from './names';

const MODES = ['MUTABLE', 'IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION'] as const;
export type TagMutabilityMode = (typeof MODES)[number];

export interface TagMutability {
  readonly mode: TagMutabilityMode;
  /** Wildcard filters, in the two `_WITH_EXCLUSION` modes. */
  readonly exclusions: readonly string[];
}

export const MUTABLE: TagMutability = { mode: 'MUTABLE', exclusions: [] };

const FILTER = /^[0-9a-zA-Z._*-]{1,128}$/;
const MAX_FILTERS = 5;
const MAX_WILDCARDS = 2;

/**
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
 * @throws AwsError `InvalidParameterException` for an unknown mode, an invalid filter, or filters that don't fit the mode
 */
export function tagMutability(name: string, exclusions: readonly string[]): TagMutability {
  const mode = MODES.find((candidate) => candidate === name);
  if (mode === undefined) {
    throw invalidParameter('imageTagMutability', `Member must satisfy enum value set: [${MODES.join(', ')}]`);
  }
  const parameter = 'imageTagMutabilityExclusionFilters';
  if (mode.endsWith('_WITH_EXCLUSION') !== exclusions.length > 0) {
    throw new AwsError(
      'InvalidParameterException',
      `expected ${parameter} with IMMUTABLE_WITH_EXCLUSION and MUTABLE_WITH_EXCLUSION only; got ${mode} with ${exclusions.length} filters`,
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

/** Whether a tag, once set, may move to another digest. */
export function isTagMutable({ mode, exclusions }: TagMutability, tag: string): boolean {
  const excluded = exclusions.some((filter) => matchesWildcards(filter, tag));
  return mode === 'MUTABLE' || mode === 'MUTABLE_WITH_EXCLUSION' ? !excluded : excluded;
}
