import { companionTagsOf } from '../companion/plan';
import { mayNeedCompanion, type Policy } from '../companion/policy';
import { isIndex, isOci } from '../manifest/media-types';
import type { ManifestIdentity } from '../registry';
import type { Inventory } from './inventory';

/** An audit page stops at either, so that none takes long, however large the repository is. */
const MAX_CALLS = 10;
const MAX_SOURCES = 1_000;

export interface ListedTag extends ManifestIdentity {
  readonly tag: string;
  /** In milliseconds since the epoch; absent if only the tag's manifest was read. */
  readonly pushedAt?: number;
}

/** The tags of one page of a repository. */
export interface Listing {
  readonly tags: ReadonlyMap<string, ListedTag>;
  readonly images: number;
  readonly ociImages: number;
  /** Whether these are all tags of the repository: then a tag that is not among them does not exist. */
  readonly isWhole: boolean;
  /** Where the next page begins; absent if this is the last. */
  readonly nextToken?: string;
}

/** @param from where an earlier page ended; absent for the first */
export async function listPage(
  inventory: Inventory,
  repository: string,
  policy: Policy,
  from?: string,
): Promise<Listing> {
  const tags = new Map<string, ListedTag>();
  let images = 0;
  let ociImages = 0;
  let sources = 0;
  let nextToken = from;
  for (let calls = 0; calls < MAX_CALLS && sources < MAX_SOURCES; calls += 1) {
    const listed = await inventory.listManifests(repository, nextToken);
    for (const { digest, mediaType, tags: names, pushedAt } of listed.manifests) {
      images += 1;
      if (isOci(mediaType)) ociImages += 1;
      if (mayNeedCompanion(mediaType, policy)) sources += names.length;
      for (const tag of names) tags.set(tag, { tag, digest, mediaType, pushedAt });
    }
    nextToken = listed.nextToken;
    if (!nextToken) break;
  }
  return { tags, images, ociImages, isWhole: !from && !nextToken, ...(nextToken ? { nextToken } : {}) };
}

/** Whether the listing alone shows that a Docker image's companion is current: it names the very same manifest. */
export function isAliasedInListing({ tag, digest }: ListedTag, { tags }: Listing, policy: Policy): boolean {
  const [first, ...further] = companionTagsOf(tag, policy).map((companionTag) => tags.get(companionTag)?.digest);
  return first === digest && further.every((companion) => companion === undefined);
}

/**
 * Whether the listing leaves open what the tag's companions should name.
 * @param since older images keep the companions that they have up to date, and get no new ones; absent for images of any age
 */
export function needsInspection(source: ListedTag, listing: Listing, policy: Policy, since?: number): boolean {
  const isRecent = since === undefined || (source.pushedAt ?? 0) >= since;
  const hasCompanion = companionTagsOf(source.tag, policy).some((companionTag) => listing.tags.has(companionTag));
  const isWanted = hasCompanion || (isRecent && mayNeedCompanion(source.mediaType, policy));
  return (
    isWanted && (isOci(source.mediaType) || isIndex(source.mediaType) || !isAliasedInListing(source, listing, policy))
  );
}
