import { pMapIterable } from 'p-map';
import { RepositoryNotFound } from '../../lambda/core/errors';
import { isOfOneRepository } from './error-scope';
import { inspectBatch, type ListedRepository, type ScanSettings } from './inspect-batch';
import { lifecycleRiskOf } from './lifecycle';
import { type ListedTag, listTags } from './listing';
import type { ChosenRepository } from './repositories';
import type { Row } from './row';

/** Some tags of one repository. */
export interface ScannedBatch {
  readonly repository: string;
  readonly rows: readonly Row[];
  /** Whether these are the last of the repository. */
  readonly isLast: boolean;
  /** Why the repository, or the rest of it, can't be read. */
  readonly error?: unknown;
  /** Why its lifecycle policy can cost it images because of companions; in its last batch, and only on request. */
  readonly lifecycleRisk?: string;
}

export interface ScanOptions {
  /** Whether to read the lifecycle policies too, one call for each repository. @default false */
  readonly withLifecycle?: boolean;
}

/**
 * Calls at the same time. ECR allows 2,000 BatchGetImage calls a second, and doesn't publish how many DescribeImages calls; the SDK
 * backs off when it is throttled. https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
 */
const LISTINGS = 4;
const BATCHES = 8;
/** The most manifests that one BatchGetImage call reads. */
const BATCH_SIZE = 100;

/**
 * Reads every tag of these repositories, and compares each companion by content with a dry run of its repair.
 * @returns batches in the order of the repositories
 * @throws what keeps all repositories from being read
 */
export async function* scan(
  settings: ScanSettings,
  repositories: Iterable<ChosenRepository>,
  options: ScanOptions = {},
): AsyncGenerator<ScannedBatch> {
  const inspect = async (work: Work): Promise<ScannedBatch> => {
    const { repository, tags, isLast, lifecycleRisk } = work;
    const base = { repository: repository.name, isLast, ...(isLast && lifecycleRisk ? { lifecycleRisk } : {}) };
    if (work.error !== undefined) return { ...base, rows: [], error: work.error };
    try {
      return { ...base, rows: await inspectBatch(settings, work, tags) };
    } catch (error) {
      // It was deleted meanwhile.
      if (error instanceof RepositoryNotFound) return { ...base, rows: [] };
      if (!isOfOneRepository(error)) throw error;
      return { ...base, rows: [], error };
    }
  };
  yield* pMapIterable(workOf(settings, repositories, options), inspect, { concurrency: BATCHES });
}

interface Listed extends ListedRepository {
  /** Why the repository can't be listed. */
  readonly error?: unknown;
  readonly lifecycleRisk?: string | undefined;
}

interface Work extends Listed {
  readonly tags: readonly ListedTag[];
  readonly isLast: boolean;
}

async function* workOf(
  settings: ScanSettings,
  repositories: Iterable<ChosenRepository>,
  { withLifecycle = false }: ScanOptions,
): AsyncGenerator<Work> {
  const list = async (repository: ChosenRepository): Promise<Listed> => {
    try {
      const listing = await listTags(settings.account, repository.name);
      const lifecycleRisk = withLifecycle ? await lifecycleRiskOf(settings, repository.name, listing) : undefined;
      return { repository, listing, lifecycleRisk };
    } catch (error) {
      const isGone = error instanceof Error && error.name === 'RepositoryNotFoundException';
      if (!isGone && !isOfOneRepository(error)) throw error;
      return { repository, listing: new Map(), ...(isGone ? {} : { error }) };
    }
  };
  for await (const listed of pMapIterable(repositories, list, { concurrency: LISTINGS })) {
    const all = [...listed.listing.values()];
    for (let at = 0; at === 0 || at < all.length; at += BATCH_SIZE) {
      yield { ...listed, tags: all.slice(at, at + BATCH_SIZE), isLast: at + BATCH_SIZE >= all.length };
    }
  }
}
