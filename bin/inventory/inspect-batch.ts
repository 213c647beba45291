import type { BatchReader } from '../../lambda/core/audit/inventory';
import { prefetch } from '../../lambda/core/audit/prefetch';
import { DryRunRegistry } from '../../lambda/core/companion/dry-run-registry';
import type { Policy } from '../../lambda/core/companion/policy';
import { repair } from '../../lambda/core/companion/repair';
import { SnapshotRegistry } from '../../lambda/core/companion/snapshot-registry';
import { TransientFailure } from '../../lambda/core/errors';
import { manifestOf } from '../../lambda/core/manifest/manifest';
import { type PutResult, RegistryDecorator, type StoredManifest } from '../../lambda/core/registry';
import type { Account } from '../cli/account';
import { acceptanceOf } from './acceptance';
import { isRepairable, statusOf, statusOfCompanionTag, worstStatus } from './companion-status';
import { isOfOneImage } from './error-scope';
import { formatOf } from './image-format';
import type { ListedTag } from './listing';
import type { ChosenRepository } from './repositories';
import type { CompanionStatus, Row } from './row';

export interface ScanSettings {
  readonly account: Account;
  readonly policy: Policy;
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
  const { account, policy } = settings;
  const digests = tags.map(({ digest }) => digest);
  const manifests = await prefetch(new TolerantReader(account.registry), repository.name, digests, policy);
  const snapshot = new SnapshotRegistry(account.registry, manifests, listing);
  const dryRun = new DryRunRegistry(snapshot, (tag, isTaken) => obstacleOf(account, repository, tag, isTaken));
  const rows: Row[] = [];
  for (const tag of tags) {
    const inspected = await inspectTag(dryRun, repository, listing, tag, policy);
    if (inspected) rows.push(rowOf(account, repository, tag, inspected));
  }
  return rows;
}

/** One image that can't be read must not hide the 99 others of its batch: the repairs then read each by itself. */
class TolerantReader extends RegistryDecorator implements BatchReader {
  constructor(protected override readonly registry: BatchReader) {
    super(registry);
  }

  async readManifests(repository: string, digests: readonly string[]): Promise<ReadonlyMap<string, StoredManifest>> {
    try {
      return await this.registry.readManifests(repository, digests);
    } catch (error) {
      if (error instanceof TransientFailure) return new Map();
      throw error;
    }
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

function rowOf(
  account: Account,
  repository: ChosenRepository,
  { tag, digest, mediaType, pushedAt, size }: ListedTag,
  { stored, statuses, isRepairable }: InspectedTag,
): Row {
  const manifest = stored && manifestOf(stored);
  const image = { mediaType, uri: account.uri(repository.name, `:${tag}`), ...(manifest ? { manifest } : {}) };
  return {
    repository: repository.name,
    tag,
    digest,
    mediaType,
    ...formatOf(mediaType, manifest),
    ...(pushedAt ? { pushedAt } : {}),
    ...(size === undefined ? {} : { size }),
    sagemaker: acceptanceOf('sagemaker', image),
    lambda: acceptanceOf('lambda', image),
    companion: worstStatus(statuses),
    companions: statuses,
    isRepairable,
  };
}
