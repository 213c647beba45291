import { type BatchReader, type PrefetchedRegistry, prefetch } from '../../lambda/core/audit/prefetched-registry';
import { planCompanions } from '../../lambda/core/companion/plan';
import type { Policy } from '../../lambda/core/companion/policy';
import { TransientFailure } from '../../lambda/core/errors';
import { readManifest } from '../../lambda/core/manifest/manifest';
import type { StoredManifest } from '../../lambda/core/registry';
import type { Account } from '../cli/account';
import { acceptanceOf } from './acceptance';
import { isRepairable, notNeeded, statusOfPlan, statusOfTag, worstOf } from './companion-status';
import { isOfOneImage } from './error-scope';
import { formatOf } from './format';
import type { ListedTag } from './listing';
import type { ChosenRepository } from './repositories';
import type { CompanionStatus, Row } from './row';

export interface ScanSettings {
  readonly account: Account;
  readonly policy: Policy;
  /** Globs of tags that get no companion. */
  readonly excludedTags: readonly string[];
}

/** A repository while it is looked at. */
export interface Listed {
  readonly repository: ChosenRepository;
  /** All its tags. */
  readonly listing: ReadonlyMap<string, ListedTag>;
  readonly isOptedOut: () => Promise<boolean>;
}

/** The rows of some tags, as many as one batch reads; those that were deleted meanwhile have none. */
export async function look(settings: ScanSettings, work: Listed, tags: readonly ListedTag[]): Promise<readonly Row[]> {
  const { account, policy } = settings;
  const digests = tags.map(({ digest }) => digest);
  const registry = await prefetch(patient(account.registry), work.repository.name, digests, policy);
  const rows: Row[] = [];
  for (const tag of tags) {
    const row = await rowOf(settings, work, registry, tag);
    if (row) rows.push(row);
  }
  return rows;
}

/** One image that cannot be read must not hide the 99 others of its batch: each is then read by itself. */
const patient = (registry: Account['registry']): BatchReader => ({
  readTags: (...args) => registry.readTags(...args),
  readManifest: (...args) => registry.readManifest(...args),
  readBlob: (...args) => registry.readBlob(...args),
  deleteTags: (...args) => registry.deleteTags(...args),
  putManifest: (...args) => registry.putManifest(...args),
  readManifests: async (...args) => {
    try {
      return await registry.readManifests(...args);
    } catch (error) {
      if (error instanceof TransientFailure) return new Map();
      throw error;
    }
  },
});

/** @returns nothing if the tag was deleted meanwhile */
async function rowOf(
  { account, policy, excludedTags }: ScanSettings,
  work: Listed,
  registry: PrefetchedRegistry,
  listed: ListedTag,
): Promise<Row | undefined> {
  const { repository, listing } = work;
  const { tag, digest, mediaType, pushedAt, size } = listed;
  const image = { repository: repository.name, tag };
  const known = statusOfTag(tag, listing, policy, excludedTags);
  let stored: StoredManifest | undefined;
  let statuses: readonly CompanionStatus[] = known ? [known] : [];
  let repairable = false;
  try {
    stored = await registry.readManifest(repository.name, digest);
    if (!stored) return undefined;
    if (!known) {
      const plans = await planCompanions(registry, image, stored, policy);
      statuses = plans.flatMap((plan) => statusOfPlan(plan, listing, repository) ?? []);
      repairable = isRepairable(plans, listing, repository);
      if (repairable && (await work.isOptedOut())) {
        statuses = [notNeeded('opted-out')];
        repairable = false;
      }
    }
  } catch (error) {
    if (!isOfOneImage(error)) throw error;
    statuses = known ? [known] : [{ state: 'unreadable', detail: error.message }];
  }
  const manifest = stored && readManifest(stored.bytes, stored.mediaType);
  const judged = { mediaType, uri: account.uri(repository.name, `:${tag}`), ...(manifest ? { manifest } : {}) };
  return {
    ...image,
    digest,
    mediaType,
    ...formatOf(mediaType, manifest),
    ...(pushedAt ? { pushedAt } : {}),
    ...(size === undefined ? {} : { size }),
    sagemaker: acceptanceOf('sagemaker', judged),
    lambda: acceptanceOf('lambda', judged),
    companion: worstOf(statuses),
    companions: statuses,
    isRepairable: repairable,
  };
}
