import type { LifecyclePolicy, LifecycleRule, StorageClass } from './policy';
import { selects } from './selection';

const DAY = 86_400_000;

/** An image as `DescribeImages` knows it; times in milliseconds since 1970. */
export interface LifecycleImage {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly storageClass: StorageClass;
  readonly pushedAt: number;
  readonly lastPulledAt?: number;
  readonly archivedAt?: number;
  readonly activatedAt?: number;
  /** Whether an index that stays in the repository references it: ECR answers `ImageReferencedByManifestList` and keeps it. */
  readonly isReferenced?: boolean;
}

export type Loss = { readonly kind: 'expire' | 'archive'; readonly rule: LifecycleRule };
export type Fate = { readonly kind: 'keep' } | Loss;

const KEEP: Fate = { kind: 'keep' };

/**
 * What a lifecycle policy does to the images of a repository, by
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules. Where AWS leaves a choice open, the
 * reading that loses more images. Referrers (signatures, SBOMs) follow their subject, which is not modeled: here they are images like others.
 *
 * A rule counts images that another rule has claimed. AWS says both that rules "can still identify" such images and, in one example,
 * that a rule "would see no images"; but example B of "Filtering on all images" has its documented result only if they count.
 * @returns the fate of each digest; the order of `images` does not matter
 */
export function evaluate(
  policy: LifecyclePolicy,
  images: readonly LifecycleImage[],
  now: number,
): ReadonlyMap<string, Fate> {
  const counts = new Map<LifecycleRule, number>();
  const fates = new Map<string, Fate>();
  for (const image of [...images].sort(youngestFirst)) {
    let fate: Fate | undefined;
    for (const rule of policy) {
      if (!selects(rule, image.tags, image.storageClass)) continue;
      const rank = (counts.get(rule) ?? 0) + 1;
      counts.set(rule, rank);
      // "An image that matches the tagging requirements of a rule cannot be expired or archived by a rule with a lower priority."
      fate ??= isMarked(rule, image, rank, now) && !image.isReferenced ? markedBy(rule) : KEEP;
    }
    fates.set(image.digest, fate ?? KEEP);
  }
  return fates;
}

const markedBy = (rule: LifecycleRule): Fate => ({
  kind: rule.action.type === 'expire' ? 'expire' : 'archive',
  rule,
});

/** "If an image was archived and then restored at any point in the past, the image's last_activated_at is used instead of pushed_at_time." */
const orderedBy = ({ pushedAt, activatedAt }: LifecycleImage): number => activatedAt ?? pushedAt;

/** AWS says nothing about equal times; digests make the order the same for every listing of a repository. */
const youngestFirst = (a: LifecycleImage, b: LifecycleImage): number =>
  orderedBy(b) - orderedBy(a) || (a.digest < b.digest ? 1 : -1);

/** @param rank the place of the image among those that the rule selects, from the youngest, which has 1 */
function isMarked({ selection }: LifecycleRule, image: LifecycleImage, rank: number, now: number): boolean {
  const { pushedAt, archivedAt, activatedAt, lastPulledAt } = image;
  const isOlder = (time: number) => now - time > selection.countNumber * DAY;
  switch (selection.countType) {
    case 'imageCountMoreThan':
      return rank > selection.countNumber;
    case 'sinceImagePushed':
      // "All images whose pushed_at_time is older": whether a restored image has last_activated_at here too, as in the order, is open.
      return isOlder(pushedAt);
    case 'sinceImagePulled':
      // "If an image was never pulled, the image's pushed_at_time is used", though it "was archived and then restored".
      return isOlder(lastPulledAt === undefined ? pushedAt : Math.max(lastPulledAt, activatedAt ?? lastPulledAt));
    case 'sinceImageTransitioned':
      return isOlder(archivedAt ?? pushedAt);
  }
}
