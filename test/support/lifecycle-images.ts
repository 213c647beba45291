import type { LifecycleImage } from '../../lambda/core/lifecycle/evaluate';
import { type LifecyclePolicy, type LifecycleSelection, readPolicy } from '../../lambda/core/lifecycle/policy';

export const DAY = 86_400_000;
export const NOW = Date.UTC(2026, 0, 31);
export const daysAgo = (days: number): number => NOW - days * DAY;

/** An image whose digest is its name. */
export const image = (
  digest: string,
  tags: readonly string[],
  pushedDaysAgo: number,
  more: Partial<LifecycleImage> = {},
): LifecycleImage => ({ digest, tags, storageClass: 'standard', pushedAt: daysAgo(pushedDaysAgo), ...more });

type Tags = 'any' | 'untagged' | readonly string[];
const tagsOf = (tags: Tags) =>
  typeof tags === 'string' ? { tagStatus: tags } : { tagStatus: 'tagged' as const, tagPatternList: tags };

export const keepNewest = (countNumber: number, tags: Tags): LifecycleSelection => ({
  ...tagsOf(tags),
  countType: 'imageCountMoreThan',
  countNumber,
});
export const keepDays = (countNumber: number, tags: Tags): LifecycleSelection => ({
  ...tagsOf(tags),
  countType: 'sinceImagePushed',
  countUnit: 'days',
  countNumber,
});
export const keepPulled = (countNumber: number, tags: Tags): LifecycleSelection => ({
  ...keepDays(countNumber, tags),
  countType: 'sinceImagePulled',
});
export const keepArchived = (countNumber: number, tags: Tags): LifecycleSelection => ({
  ...keepDays(countNumber, tags),
  storageClass: 'archive',
  countType: 'sinceImageTransitioned',
});

export const EXPIRE = { type: 'expire' };
export const ARCHIVE = { type: 'transition', targetStorageClass: 'archive' };

/** A rule as AWS writes it: what nobody pulled is archived, everything else expires. */
export const rule = (rulePriority: number, selection: object, action?: object) => ({
  rulePriority,
  selection,
  action: action ?? ('countType' in selection && selection.countType === 'sinceImagePulled' ? ARCHIVE : EXPIRE),
});

export function understood(text: string): LifecyclePolicy {
  const policy = readPolicy(text);
  if (!('map' in policy)) throw new Error(`not understood: ${policy.detail}`);
  return policy;
}

/** Rules with the priorities 1, 2, 3. */
export const policyOf = (...selections: readonly LifecycleSelection[]): LifecyclePolicy =>
  understood(JSON.stringify({ rules: selections.map((selection, at) => rule(at + 1, selection)) }));
