import { sourceTagOf } from '../companion/companion-tag';
import { DryRunRegistry } from '../companion/dry-run-registry';
import { type CompanionState, companionStateOf, type Refused } from '../companion/outcome';
import { companionTagsOf } from '../companion/plan';
import { type Policy, skipReasonOf } from '../companion/policy';
import { repair } from '../companion/repair';
import { SnapshotRegistry } from '../companion/snapshot-registry';
import type { ManifestIdentity } from '../registry';
import type { AuditCounts } from './counts';
import type { Inventory } from './inventory';
import {
  isAliasedInListing,
  type ListedTag,
  type Listing,
  listPage,
  mayNeedCompanion,
  needsInspection,
} from './listing';
import { prefetch } from './prefetch';

export interface AuditPage {
  readonly counts: AuditCounts;
  /** Source tags with a companion that is missing or out of date. */
  readonly outOfSync: readonly string[];
  readonly refusals: readonly Refused[];
  /** Where the next page begins; absent if this was the last. */
  readonly nextToken?: string;
}

/** Manifests in memory at a time, and in one BatchGetImage call. */
const BATCH = 100;

/**
 * Audits one page of a repository: compares each companion with what its source tag needs now, by content and not by dates, so that a
 * tag that moved to an older image is noticed too.
 * @param nextToken where an earlier page ended; absent for the first
 */
export async function auditPage(
  inventory: Inventory,
  repository: string,
  policy: Policy,
  nextToken?: string,
): Promise<AuditPage> {
  const listing = await listPage(inventory, repository, policy, nextToken);
  const isSource = (tag: string) => !skipReasonOf({ repository, tag }, policy);
  const sources = [...listing.tags.values()].filter(({ tag }) => isSource(tag));
  const open = new Set(sources.filter((source) => needsInspection(source, listing, policy)));
  const elsewhere = listing.isWhole
    ? NOTHING
    : await readElsewhere(inventory, repository, [...open], listing, policy, isSource);
  const tags = new Map([...listing.tags, ...elsewhere.tags]);
  const inspected = await inspect(inventory, repository, [...open, ...elsewhere.sources], tags, policy);
  const settled = sources.filter((source) => !open.has(source) && isAliasedInListing(source, listing, policy));
  const orphans = policy.deleteOrphanedCompanions ? unlistedSources(listing, policy, isSource) : [];
  const outOfSync = [...inspected.outOfSync, ...orphans.filter((tag) => !elsewhere.tags.has(tag))];
  const { images, ociImages } = listing;
  return {
    counts: {
      images,
      ociImages,
      upToDate: inspected.upToDate + settled.length,
      requested: outOfSync.length,
      refused: countByReason(inspected.refusals),
    },
    outOfSync,
    refusals: inspected.refusals,
    ...(listing.nextToken ? { nextToken: listing.nextToken } : {}),
  };
}

interface Elsewhere {
  readonly tags: ReadonlyMap<string, ManifestIdentity>;
  readonly sources: readonly ListedTag[];
}
const NOTHING: Elsewhere = { tags: new Map(), sources: [] };

/** What belongs to this page's tags but is listed on another: companions of its sources, and Docker sources of its companions. */
async function readElsewhere(
  inventory: Inventory,
  repository: string,
  open: readonly ListedTag[],
  listing: Listing,
  policy: Policy,
  isSource: (tag: string) => boolean,
): Promise<Elsewhere> {
  const { tags: listed } = listing;
  const companions = open.flatMap(({ tag }) => companionTagsOf(tag, policy)).filter((tag) => !listed.has(tag));
  const unlisted = unlistedSources(listing, policy, isSource);
  const tags = await inventory.readTags(repository, [...new Set([...companions, ...unlisted])]);
  const sources = unlisted.flatMap((tag) => {
    const found = tags.get(tag);
    // The page that lists a source that may need a companion inspects its companion itself.
    return found && !mayNeedCompanion(found.mediaType, policy)
      ? [{ tag, digest: found.digest, mediaType: found.mediaType }]
      : [];
  });
  return { tags, sources };
}

/** Source tags of listed companions that are not listed themselves. */
function unlistedSources({ tags }: Listing, policy: Policy, isSource: (tag: string) => boolean): readonly string[] {
  const sources = [...tags.keys()].flatMap((tag) => sourceTagOf(tag, policy.companionTag, policy.platforms) ?? []);
  return [...new Set(sources)].filter((tag) => !tags.has(tag) && isSource(tag));
}

interface Inspected {
  readonly upToDate: number;
  readonly outOfSync: readonly string[];
  readonly refusals: readonly Refused[];
}

/** A dry run of each repair, against the listing. */
async function inspect(
  inventory: Inventory,
  repository: string,
  sources: readonly ListedTag[],
  tags: ReadonlyMap<string, ManifestIdentity>,
  policy: Policy,
): Promise<Inspected> {
  let upToDate = 0;
  const outOfSync: string[] = [];
  const refusals: Refused[] = [];
  for (let at = 0; at < sources.length; at += BATCH) {
    const batch = sources.slice(at, at + BATCH);
    const digests = batch.map(({ digest }) => digest);
    const manifests = await prefetch(inventory, repository, digests, policy);
    const snapshot = new SnapshotRegistry(inventory, manifests, tags);
    for (const { tag, digest } of batch) {
      if (!(await snapshot.readManifest(repository, digest))) continue; // Deleted since it was listed.
      const outcomes = await repair(new DryRunRegistry(snapshot), { repository, tag }, policy);
      const states = new Set<CompanionState>(outcomes.map(companionStateOf));
      if (states.has('missing') || states.has('out-of-date')) outOfSync.push(tag);
      else if (states.has('current') && !states.has('refused')) upToDate += 1;
      refusals.push(...outcomes.flatMap((outcome) => (outcome.outcome === 'refused' ? [outcome] : [])).slice(0, 1));
    }
  }
  return { upToDate, outOfSync, refusals };
}

function countByReason(refusals: readonly Refused[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { reason } of refusals) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
