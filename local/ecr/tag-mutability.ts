import { matchesWildcards } from './names';

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html */
export interface TagMutability {
  /** @default MUTABLE */
  readonly imageTagMutability?: 'MUTABLE' | 'IMMUTABLE' | 'IMMUTABLE_WITH_EXCLUSION' | 'MUTABLE_WITH_EXCLUSION';
  /** Wildcard filters, for the two `_WITH_EXCLUSION` modes. @default none */
  readonly exclusionFilters?: readonly string[];
}

/** Whether a tag, once set, may move to another digest. */
export function isTagMutable(
  { imageTagMutability = 'MUTABLE', exclusionFilters = [] }: TagMutability,
  tag: string,
): boolean {
  const isExcluded = exclusionFilters.some((filter) => matchesWildcards(filter, tag));
  return imageTagMutability.startsWith('MUTABLE') !== isExcluded;
}
