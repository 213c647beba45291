import { sourceTagOf } from '../companion/companion-tag';
import { DryRunRegistry } from '../companion/dry-run-registry';
import { type CompanionState, companionStateOf, type ImageTag, type Outcome, type Refused } from '../companion/outcome';
import { outcomeOfRefusal } from '../companion/outcomes';
import { companionTagsOf } from '../companion/plan';
import { mayNeedCompanion, type Policy, skipReasonOf } from '../companion/policy';
import { repair } from '../companion/repair';
import { policyOfRepository } from '../companion/repository-settings';
import type { SnapshotRegistry } from '../companion/snapshot-registry';
import { RegistryRefusal } from '../errors';
import type { ManifestIdentity } from '../registry';
import type { AuditCounts } from './counts';
import type { Inventory } from './inventory';
import { checkLifecycle } from './lifecycle-check';
import { isAliasedInListing, type ListedTag, type Listing, listPage, needsInspection } from './listing';
import { NoRoom, prefetch } from './prefetch';

export interface AuditPage {
  readonly counts: AuditCounts;
  /** Source tags with a companion that is missing or out of date, or that there was no room to inspect. */
  readonly outOfSync: readonly string[];
  readonly refusals: readonly Refused[];
  /** Why the lifecycle policy can cost the repository sources, in one sentence. */
  readonly lifecycleRisk?: string | undefined;
  /** Where the next page begins; absent if this was the last. */
  readonly nextToken?: string;
}

/** Manifests in one BatchGetImage call. */
const BATCH = 100;

export interface AuditOptions {
  /** Older images get no new companions, in milliseconds since the epoch. @default - images of any age get their companions */
  readonly since?: number | undefined;
  /** Where an earlier page ended. @default - the first page */
  readonly nextToken?: string | undefined;
  /** Companions are put whatever the repository's lifecycle policy would do. @default false */
  readonly isDespiteLifecycle?: boolean;
  /** In milliseconds since the epoch. */
  readonly now: number;
}

/** Of the tags of one page, the share whose companions one audit may have deleted, so that an error in a listing can't empty a repository. */
const MAX_ORPHAN_SHARE = 0.1;

/**
 * Audits one page of a repository: compares each companion with what its source tag needs now, by content and not by dates, so that a
 * tag that moved to an older image is noticed too.
 */
export async function auditPage(
  inventory: Inventory,
  repository: string,
  deployed: Policy,
  { since, nextToken, isDespiteLifecycle, now }: AuditOptions,
): Promise<AuditPage> {
  const policy = await policyOfRepository(inventory, repository, deployed);
  const listing = await listPage(inventory, repository, policy, nextToken);
  const isSource = (tag: string) => !skipReasonOf({ repository, tag }, policy);
  const sources = [...listing.tags.values()].filter(({ tag }) => isSource(tag));
  const open = new Set(sources.filter((source) => needsInspection(source, listing, policy, since)));
  const elsewhere = listing.isWhole
    ? NOTHING
    : await readElsewhere(inventory, repository, [...open], listing, policy, isSource, since);
  const tags = new Map([...listing.tags, ...elsewhere.tags]);
  const inspected = await inspect(inventory, repository, [...open, ...elsewhere.sources], tags, policy);
  const settled = sources.filter((source) => !open.has(source) && isAliasedInListing(source, listing, policy));
  const orphans = policy.deleteOrphanedCompanions
    ? unlistedSources(listing, policy, isSource).filter((tag) => !elsewhere.tags.has(tag))
    : [];
  const mostOrphans = Math.max(1, Math.floor(listing.tags.size * MAX_ORPHAN_SHARE));
  const hasCompanion = (tag: string) => companionTagsOf(tag, policy).some((companion) => tags.has(companion));
  const lifecycle = await checkLifecycle(inventory, repository, policy, {
    sources: nextToken ? [] : [...open].map(({ tag }) => tag),
    missing: isDespiteLifecycle ? [] : inspected.outOfSync.filter((tag) => !hasCompanion(tag)),
    since,
    now,
  });
  const left = new Set(lifecycle.refusals.map(({ image }) => image.tag));
  const outOfSync = [...inspected.outOfSync.filter((tag) => !left.has(tag)), ...orphans.slice(0, mostOrphans)];
  const refusals = [...inspected.refusals, ...lifecycle.refusals];
  const { images, ociImages } = listing;
  return {
    counts: {
      images,
      ociImages,
      upToDate: inspected.upToDate + settled.length,
      requested: outOfSync.length,
      refused: countByReason(refusals),
    },
    outOfSync,
    refusals,
    lifecycleRisk: lifecycle.risk,
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
  since: number | undefined,
): Promise<Elsewhere> {
  const { tags: listed } = listing;
  const companions = open.flatMap(({ tag }) => companionTagsOf(tag, policy)).filter((tag) => !listed.has(tag));
  const unlisted = unlistedSources(listing, policy, isSource);
  const found = await inventory.readTags(repository, [...new Set([...companions, ...unlisted])]);
  const tags = new Map([...found].map(([tag, { digest, mediaType }]) => [tag, { tag, digest, mediaType }]));
  // The page that lists a source that may need a companion inspects it, unless it is older than the audit window.
  const isLeft = ({ mediaType }: ManifestIdentity) => since !== undefined || !mayNeedCompanion(mediaType, policy);
  return { tags, sources: unlisted.flatMap((tag) => tags.get(tag) ?? []).filter(isLeft) };
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
    const snapshot = await prefetch(inventory, repository, digests, tags, policy);
    for (const { tag, digest } of batch) {
      const outcomes = await dryRun(snapshot, { repository, tag }, digest, policy);
      if (outcomes === 'no-room') {
        outOfSync.push(tag);
        continue;
      }
      const states = new Set<CompanionState>(outcomes.map(companionStateOf));
      if (states.has('missing') || states.has('out-of-date')) outOfSync.push(tag);
      else if (states.has('current') && !states.has('refused')) upToDate += 1;
      refusals.push(...outcomes.flatMap((outcome) => (outcome.outcome === 'refused' ? [outcome] : [])).slice(0, 1));
    }
  }
  return { upToDate, outOfSync, refusals };
}

/** @returns nothing for an image that was deleted since it was listed */
async function dryRun(
  snapshot: SnapshotRegistry,
  image: ImageTag,
  digest: string,
  policy: Policy,
): Promise<readonly Outcome[] | 'no-room'> {
  try {
    if (!(await snapshot.readManifest(image.repository, digest))) return [];
    return await repair(new DryRunRegistry(snapshot), image, policy);
  } catch (error) {
    if (error instanceof RegistryRefusal) return [outcomeOfRefusal(image, error)];
    if (error instanceof NoRoom) return 'no-room';
    throw error;
  }
}

function countByReason(refusals: readonly Refused[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { reason } of refusals) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
