import { skipReasonOfTag, sourceTagOf } from '../companion/companion-tag';
import type { ManifestIdentity } from '../companion/outcome';
import { companionTagsOf, planCompanions, stateOf } from '../companion/plan';
import { type Policy, type Scope, skipReasonOfImage } from '../companion/policy';
import type { Refusal } from '../reasons';
import type { AuditCounts } from './audit-counts';
import {
  isAliasedInListing,
  type ListedTag,
  type Listing,
  listPart,
  mayNeedCompanion,
  needsLook,
} from './audit-listing';
import type { Inventory } from './inventory';
import { prefetch } from './prefetched-registry';

export interface AuditPart {
  readonly counts: AuditCounts;
  /** Source tags with a companion that is missing or stale. */
  readonly wrong: readonly string[];
  readonly refusals: readonly { readonly tag: string; readonly refusal: Refusal }[];
  /** Where the next part begins; absent if this was the last. */
  readonly nextToken?: string;
}

/** Manifests in memory at a time, and in one BatchGetImage call. */
const BATCH = 100;

/**
 * Audits one part of a repository: compares each companion with what its source tag demands now, by content and not by dates, so that a
 * tag that moved to an older image is noticed too.
 * @param nextToken where an earlier part ended; absent for the first
 */
export async function auditPart(
  inventory: Inventory,
  repository: string,
  policy: Policy,
  scope: Scope,
  nextToken?: string,
): Promise<AuditPart> {
  const listing = await listPart(inventory, repository, policy, nextToken);
  const isSource = (tag: string) =>
    !skipReasonOfTag(tag, policy.companionTag) && !skipReasonOfImage({ repository, tag }, scope);
  const sources = [...listing.tags.values()].filter(({ tag }) => isSource(tag));
  const open = new Set(sources.filter((source) => needsLook(source, listing, policy)));
  const elsewhere = listing.isWhole
    ? NOTHING
    : await readElsewhere(inventory, repository, [...open], listing, policy, isSource);
  const now = new Map([...listing.tags, ...elsewhere.tags]);
  const findings: Findings = { right: 0, wrong: [], refusals: [] };
  const looks = [...open, ...elsewhere.sources];
  for (let at = 0; at < looks.length; at += BATCH) {
    await judge(inventory, repository, looks.slice(at, at + BATCH), now, policy, findings);
  }
  const settled = sources.filter((source) => !open.has(source) && isAliasedInListing(source, listing, policy));
  const { wrong, refusals } = findings;
  if (policy.deleteOrphans)
    wrong.push(...unlistedSources(listing, policy, isSource).filter((tag) => !elsewhere.tags.has(tag)));
  const refused: Record<string, number> = {};
  for (const { refusal } of refusals) refused[refusal.reason] = (refused[refusal.reason] ?? 0) + 1;
  const { images, ociImages } = listing;
  return {
    counts: { images, ociImages, right: findings.right + settled.length, requested: wrong.length, refused },
    wrong,
    refusals,
    ...(listing.nextToken ? { nextToken: listing.nextToken } : {}),
  };
}

interface Elsewhere {
  readonly tags: ReadonlyMap<string, ManifestIdentity>;
  readonly sources: readonly ListedTag[];
}
const NOTHING: Elsewhere = { tags: new Map(), sources: [] };

/** What belongs to this part's tags but is listed in another: companions of its sources, and Docker sources of its companions. */
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
    // The part that lists a source that may need a companion looks at its companion itself.
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

interface Findings {
  right: number;
  readonly wrong: string[];
  readonly refusals: { readonly tag: string; readonly refusal: Refusal }[];
}

async function judge(
  inventory: Inventory,
  repository: string,
  looks: readonly ListedTag[],
  now: ReadonlyMap<string, ManifestIdentity>,
  policy: Policy,
  findings: Findings,
): Promise<void> {
  const digests = looks.map(({ digest }) => digest);
  const registry = await prefetch(inventory, repository, digests, policy);
  for (const { tag, digest } of looks) {
    const stored = await registry.readManifest(repository, digest);
    if (!stored) continue; // Deleted since it was listed.
    const plans = await planCompanions(registry, { repository, tag }, stored, policy);
    const refusal = plans.flatMap(({ demand }) => (demand.demand === 'refused' ? [demand.refusal] : []))[0];
    const states = plans
      .filter(({ demand }) => demand.demand !== 'refused')
      .map((plan) => stateOf(plan, now.get(plan.tag)));
    if (states.includes('missing') || states.includes('stale')) findings.wrong.push(tag);
    else if (!refusal && states.includes('right')) findings.right += 1;
    if (refusal) findings.refusals.push({ tag, refusal });
  }
}
