import { matchesGlob } from '../companion/glob';
import { type LifecyclePolicy, type LifecycleRule, type StorageClass, storageClassOf } from './policy';

/** The tags that a rule names, as globs; none for `untagged`, and for `any` the one that matches every tag. */
export const globsOf = ({ selection }: LifecycleRule): readonly string[] => {
  if (selection.tagStatus === 'any') return ['*'];
  return selection.tagPatternList ?? selection.tagPrefixList?.map((prefix) => `${prefix}*`) ?? [];
};

export const isCountRule = ({ selection }: LifecycleRule): boolean => selection.countType === 'imageCountMoreThan';

/** Whether an image meets a rule's tagging requirements, which is what keeps rules of lower priority from touching it. */
export function selects(rule: LifecycleRule, tags: readonly string[], storageClass: StorageClass): boolean {
  if (storageClassOf(rule) !== storageClass) return false;
  if (rule.selection.tagStatus === 'any') return true;
  if (rule.selection.tagStatus === 'untagged') return tags.length === 0;
  return globsOf(rule).every((glob) => tags.some((tag) => matchesGlob(glob, tag)));
}

/** The rule of highest priority that selects an image: the only one that can expire or archive it. */
export const claimingRule = (policy: LifecyclePolicy, tags: readonly string[]): LifecycleRule | undefined =>
  policy.find((rule) => selects(rule, tags, 'standard'));
