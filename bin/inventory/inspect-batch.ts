import type { BatchReader, ManifestBatch } from '../../lambda/core/audit/inventory';
import { prefetch } from '../../lambda/core/audit/prefetch';
import { DryRunRegistry } from '../../lambda/core/companion/dry-run-registry';
import type { Policy } from '../../lambda/core/companion/policy';
import { repair } from '../../lambda/core/companion/repair';
import { policyOfRepository } from '../../lambda/core/companion/repository-settings';
import { type Manifest, manifestOf } from '../../lambda/core/manifest/manifest';
import type { Refusal } from '../../lambda/core/reasons';
import { type PutResult, RegistryDecorator, type StoredManifest } from '../../lambda/core/registry';
import type { Account } from '../cli/account';
import { acceptedBy, decideByPlatform, withPlatformsFor } from './acceptance';
import { isRepairable, statusOf, statusOfCompanionTag, worstStatus } from './companion-status';
import type { Consumer } from './consumers';
import { isOfOneImage } from './error-scope';
import { formatOf } from './image-format';
import type { ListedTag } from './listing';
import { platformsOf } from './platforms';
import type { ChosenRepository } from './repositories';
import type { CompanionStatus, Row } from './row';

export interface ScanSettings {
  readonly account: Account;
  readonly policy: Policy;
  /** Whose verdicts somebody will read. One that decides by the platform costs a download for each single image. @default none */
  readonly consumers?: readonly Consumer[];
}

/** A repository while its tags are inspected. */
export interface ListedRepository {
  readonly repository: ChosenRepository;
  /** All its tags. */
  readonly listing: ReadonlyMap<string, ListedTag>;
}

/** The rows of some tags, as many as one call reads. A tag that was deleted meanwhile has none. */
export async function inspectBatch(
  settings: ScanSettings,
  { repository, listing }: ListedRepository,
  tags: readonly ListedTag[],
): Promise<readonly Row[]> {
  if (tags.length === 0) return [];
  const { account, consumers = [] } = settings;
  const own = await policyOfRepository(account.registry, repository.name, settings.policy);
  const policy = withPlatformsFor(own, consumers);
  const digests = tags.map(({ digest }) => digest);
  const snapshot = await prefetch(new RoomyReader(account.registry), repository.name, digests, listing, policy);
  const dryRun = new DryRunRegistry(snapshot, (tag, isTaken) => obstacleOf(account, repository, tag, isTaken));
  const rows: Row[] = [];
  for (const tag of tags) {
    const inspected = await inspectTag(dryRun, repository, listing, tag, policy);
    if (!inspected) continue;
    const manifest = inspected.stored && manifestOf(inspected.stored);
    const isPlatformNeeded = manifest && decideByPlatform(consumers);
    const platforms = isPlatformNeeded ? await platformsOf(snapshot, repository.name, manifest) : undefined;
    rows.push(rowOf(account, repository, tag, { ...inspected, manifest, platforms }));
  }
  return rows;
}

/** Leaves what does not fit a batch to be read by itself: a terminal has more memory and time than the function. */
export class RoomyReader extends RegistryDecorator implements BatchReader {
  constructor(protected override readonly registry: BatchReader) {
    super(registry);
  }

  async readManifests(repository: string, digests: readonly string[]): Promise<ManifestBatch> {
    const { manifests } = await this.registry.readManifests(repository, digests);
    return { manifests, unread: [] };
  }
}

async function obstacleOf(
  { registry }: Account,
  { name, isTagMovable }: ChosenRepository,
  tag: string,
  isTaken: boolean,
): Promise<PutResult | undefined> {
  if (await registry.isOptedOut(name)) return { kind: 'opted-out' };
  return isTaken && !isTagMovable(tag) ? { kind: 'tag-immutable' } : undefined;
}

interface InspectedTag {
  /** Absent if the registry didn't return it. */
  readonly stored?: StoredManifest;
  readonly statuses: readonly CompanionStatus[];
  readonly isRepairable: boolean;
}

/** @returns nothing if the tag was deleted meanwhile */
async function inspectTag(
  registry: DryRunRegistry,
  repository: ChosenRepository,
  listing: ReadonlyMap<string, ListedTag>,
  { tag, digest }: ListedTag,
  policy: Policy,
): Promise<InspectedTag | undefined> {
  const ofCompanionTag = statusOfCompanionTag(tag, listing, policy);
  try {
    const stored = await registry.readManifest(repository.name, digest);
    if (!stored) return undefined;
    if (ofCompanionTag) return { stored, statuses: [ofCompanionTag], isRepairable: false };
    const outcomes = await repair(registry, { repository: repository.name, tag }, policy);
    return { stored, statuses: outcomes.map(statusOf), isRepairable: outcomes.some(isRepairable) };
  } catch (error) {
    if (!isOfOneImage(error)) throw error;
    return { statuses: [ofCompanionTag ?? { state: 'unreadable', detail: error.message }], isRepairable: false };
  }
}

interface ReadTag {
  readonly manifest: Manifest | Refusal | undefined;
  readonly platforms: readonly string[] | undefined;
}

function rowOf(
  account: Account,
  repository: ChosenRepository,
  { tag, digest, mediaType, pushedAt, size }: ListedTag,
  { manifest, platforms, statuses, isRepairable }: Omit<InspectedTag, 'stored'> & ReadTag,
): Row {
  return {
    repository: repository.name,
    tag,
    digest,
    mediaType,
    ...formatOf(mediaType, manifest),
    ...(pushedAt ? { pushedAt } : {}),
    ...(size === undefined ? {} : { size }),
    ...(platforms ? { platforms } : {}),
    accepted: acceptedBy({ mediaType, uri: account.uri(repository.name, `:${tag}`), manifest, platforms }),
    companion: worstStatus(statuses),
    companions: statuses,
    isRepairable,
  };
}
