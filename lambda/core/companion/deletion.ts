import type { KeptTag } from '../registry';

/** What a listing says of a tag, archived images included. */
export interface TagFacts {
  readonly isArchived: boolean;
  /** In milliseconds since the epoch; absent if it was never pulled. */
  readonly lastPulledAt?: number | undefined;
}

/** A companion that somebody pulled within this time is in use, although its source tag is gone. ECR records pulls once in 24 hours. */
const DAY_MS = 24 * 3_600_000;
const IN_USE_MS = 30 * DAY_MS;

/**
 * The companions to keep although their source tag can't be read.
 * @param facts of the source tag and its companions; a tag that does not exist is absent
 * @param now in milliseconds since the epoch
 */
export function tagsToKeep(
  facts: ReadonlyMap<string, TagFacts>,
  sourceTag: string,
  tags: readonly string[],
  now: number,
): readonly KeptTag[] {
  if (facts.has(sourceTag)) return tags.map((tag) => ({ tag, why: `${sourceTag} exists, as an archived image` }));
  return tags.flatMap((tag) => {
    const { lastPulledAt } = facts.get(tag) ?? {};
    if (lastPulledAt === undefined || lastPulledAt < now - IN_USE_MS) return [];
    return [{ tag, why: `it was pulled ${Math.floor((now - lastPulledAt) / DAY_MS)} days ago` }];
  });
}
