import { evaluate, type LifecycleImage, type Loss } from './evaluate';
import { type Crowding, crowdingOf, releasesMeantBy } from './hazard';
import type { LifecyclePolicy, LifecycleRule } from './policy';
import { isCountRule, selects } from './selection';

/** A companion that a repository has or gets. */
export interface PlannedCompanion {
  readonly tag: string;
  readonly sourceDigest: string;
  /** What the tag names or will name; absent if that is not known yet, which makes it an image of its own. */
  readonly digest?: string;
}

export interface Impact {
  /** Images other than companions that would stay if there were no companions, unless their rule keeps as many as it's meant to. */
  readonly lost: readonly { readonly image: LifecycleImage; readonly fate: Loss }[];
  readonly companionsLost: readonly { readonly companion: PlannedCompanion; readonly fate: Loss }[];
  /** Count rules that count companions, and what they come to keep when every release has its companions. */
  readonly crowding: readonly Crowding[];
}

/**
 * What a lifecycle policy does at `now` because of companions: all that the repository has, and those to be put.
 * @param present the policy that says which images stay without companions, if `policy` shall replace it
 */
export function impactOf(
  policy: LifecyclePolicy,
  images: readonly LifecycleImage[],
  companions: readonly PlannedCompanion[],
  now: number,
  present: LifecyclePolicy = policy,
): Impact {
  const before = withoutCompanions(images, companions);
  const after = withCompanions(images, before, companions, now);
  const fatesBefore = evaluate(present, before, now);
  const fatesAfter = evaluate(policy, [...after.values()], now);
  const lossOf = (digest: string): Loss | undefined => {
    const fate = fatesAfter.get(digest);
    return fate?.kind === 'keep' ? undefined : fate;
  };
  const taken = before.flatMap((image) => {
    const fate = lossOf(image.digest);
    return fate && fatesBefore.get(image.digest)?.kind === 'keep' ? [{ image, fate }] : [];
  });
  const companionTags = companions.map(({ tag }) => tag);
  const takenTags = taken.flatMap(({ image }) => image.tags);
  const keepsAsMeant = (rule: LifecycleRule): boolean => {
    const meant = releasesMeantBy(policy, rule, companionTags, takenTags) ?? Number.POSITIVE_INFINITY;
    const kept = before.filter(
      ({ digest, tags, storageClass }) => selects(rule, tags, storageClass) && !lossOf(digest),
    );
    return kept.length >= meant;
  };
  const rules = [...new Set(taken.map(({ fate }) => fate.rule))];
  const asMeant = new Set(rules.filter(keepsAsMeant));
  return {
    lost: taken.filter(({ fate }) => !asMeant.has(fate.rule)),
    companionsLost: companions.flatMap((companion) => {
      const fate = lossOf(digestOf(companion));
      return fate ? [{ companion, fate }] : [];
    }),
    crowding: policy.filter(isCountRule).flatMap((rule) => {
      const most = mostCompanions(rule, after, companions);
      return most > 0 ? [crowdingOf(rule, most)] : [];
    }),
  };
}

const digestOf = ({ tag, digest }: PlannedCompanion): string => digest ?? `the image of ${tag}`;

/** The repository as it would be: companion tags taken off, and images that had no other tag removed. */
export function withoutCompanions(images: readonly LifecycleImage[], companions: readonly PlannedCompanion[]) {
  const companionTags = new Set(companions.map(({ tag }) => tag));
  return images.flatMap((image) => {
    const tags = image.tags.filter((tag) => !companionTags.has(tag));
    if (tags.length === image.tags.length) return [image];
    return tags.length > 0 ? [{ ...image, tags }] : [];
  });
}

/**
 * A tag that is put on an image that exists leaves its push time as it was: https://github.com/aws/containers-roadmap/issues/2746.
 * An image without tags is left where a companion tag moves away.
 */
function withCompanions(
  images: readonly LifecycleImage[],
  before: readonly LifecycleImage[],
  companions: readonly PlannedCompanion[],
  now: number,
): ReadonlyMap<string, LifecycleImage> {
  // A companion is put after everything that is listed, whatever the clocks say.
  const putAt = images.reduce((latest, { pushedAt }) => Math.max(latest, pushedAt + 1), now);
  const after = new Map<string, LifecycleImage>();
  // Half a millisecond makes a companion younger than a source of the same time, which is what happened.
  for (const image of images) after.set(image.digest, { ...image, tags: [], pushedAt: image.pushedAt + 0.5 });
  for (const image of before) after.set(image.digest, image);
  for (const companion of companions) {
    const digest = digestOf(companion);
    const image = after.get(digest) ?? { digest, tags: [], storageClass: 'standard', pushedAt: putAt };
    after.set(digest, { ...image, tags: [...image.tags, companion.tag] });
  }
  return after;
}

/** The most companions of one source that a rule counts beside it. */
function mostCompanions(
  rule: LifecycleRule,
  images: ReadonlyMap<string, LifecycleImage>,
  companions: readonly PlannedCompanion[],
): number {
  const isSelected = (digest: string): boolean => {
    const image = images.get(digest);
    return image !== undefined && selects(rule, image.tags, image.storageClass);
  };
  const counted = new Map<string, Set<string>>();
  for (const companion of companions) {
    const { sourceDigest } = companion;
    const digest = digestOf(companion);
    if (digest === sourceDigest || !isSelected(digest) || !isSelected(sourceDigest)) continue;
    counted.set(sourceDigest, (counted.get(sourceDigest) ?? new Set()).add(digest));
  }
  return [...counted.values()].reduce((most, { size }) => Math.max(most, size), 0);
}
