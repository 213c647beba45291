import { removeImage } from './delete-image';
import { type LifecycleRule, readLifecyclePolicy, storageClassOf } from './lifecycle-policy';
import { matchesWildcards } from './names';
import type { Registry } from './registry';
import type { Image, Repository } from './repository';
import { moveImage } from './storage-class';

const DAY = 24 * 60 * 60 * 1_000;

/**
 * The images that the rules mark, each with its rule. The comments quote
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules
 * @param rules the highest priority first
 */
export function marksOf(
  rules: readonly LifecycleRule[],
  images: readonly Image[],
  now: number,
): ReadonlyMap<Image, LifecycleRule> {
  const claimed = new Set<Image>();
  const marks = new Map<Image, LifecycleRule>();
  for (const rule of rules) {
    // "Rules can never mark images that are marked by higher priority rules, but can still identify them": so they count.
    const identified = images.filter((image) => identifies(rule, image)).sort(youngestFirst);
    for (const [place, image] of identified.entries()) {
      // "An image that matches the tagging requirements of a rule cannot be expired or archived by a rule with a lower priority."
      if (claimed.has(image)) continue;
      claimed.add(image);
      if (isDue(rule, image, place, now)) marks.set(image, rule);
    }
  }
  return marks;
}

/** "An image is successfully matched if all of the tags in the list are matched against any of the image's tags." */
function identifies({ selection }: LifecycleRule, { storageClass, tags }: Image): boolean {
  const { tagStatus, tagPatternList = [], tagPrefixList = [] } = selection;
  if (storageClassOf({ selection }) !== storageClass.toLowerCase()) return false;
  if (tagStatus !== 'tagged') return tagStatus === 'any' || tags.size === 0;
  const matched = (matches: (tag: string) => boolean) => [...tags].some(matches);
  return (
    tagPrefixList.every((prefix) => matched((tag) => tag.startsWith(prefix))) &&
    tagPatternList.every((pattern) => matched((tag) => matchesWildcards(pattern, tag)))
  );
}

/** "If an image was archived and then restored, the image's last_activated_at is used instead of pushed_at_time." */
const orderedBy = ({ pushedAt, lastActivatedAt }: Image): number => (lastActivatedAt ?? pushedAt).getTime();
const youngestFirst = (a: Image, b: Image): number => orderedBy(b) - orderedBy(a) || b.sequence - a.sequence;

function isDue({ selection }: LifecycleRule, image: Image, place: number, now: number): boolean {
  const { countType, countNumber } = selection;
  if (countType === 'imageCountMoreThan') return place >= countNumber;
  return now - timeOf(countType, image) > countNumber * DAY;
}

function timeOf(countType: string, { pushedAt, lastPulledAt, lastActivatedAt, lastArchivedAt }: Image): number {
  if (countType === 'sinceImageTransitioned') return (lastArchivedAt ?? pushedAt).getTime();
  // An image that was restored, but "never pulled since": the restoration counts. One that was "never pulled": its push.
  if (countType === 'sinceImagePulled' && lastPulledAt)
    return Math.max(lastPulledAt.getTime(), lastActivatedAt?.getTime() ?? 0);
  return pushedAt.getTime();
}

/**
 * Does what ECR does with the repository's policy within 24 hours. AWS documents an event for "an image deletion", and not whether
 * an expired image gets one: here it does.
 */
export function runLifecyclePolicy(registry: Registry, repository: Repository): void {
  if (repository.lifecyclePolicy === undefined) return;
  const rules = readLifecyclePolicy(repository.lifecyclePolicy);
  const marks = new Map(marksOf(rules, [...repository.images], registry.now().getTime()));
  // "If an image is referenced by a manifest list, it cannot be expired or archived without the manifest list being deleted or archived first."
  for (let left = Number.POSITIVE_INFINITY; marks.size < left; ) {
    left = marks.size;
    const active = [...repository.images].filter(({ storageClass }) => storageClass === 'STANDARD');
    const referenced = new Set(active.flatMap(({ manifest }) => manifest.manifests.map(({ digest }) => digest)));
    for (const [image, { action }] of marks) {
      if (referenced.has(image.manifest.digest)) continue;
      marks.delete(image);
      if (action.type === 'expire') removeImage(registry, repository, image);
      else moveImage(registry, repository, image, 'ARCHIVE');
    }
  }
}
