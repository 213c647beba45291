import { pMapIterable } from 'p-map';
import { skipReasonOfTag, sourceTagOf } from '../../../lambda/core/companion/companion-tag';
import { RepositoryNotFound } from '../../../lambda/core/errors';
import { explain } from '../../cli/explain';
import type { Progress } from '../../cli/progress';
import { isOfOneRepository } from '../../inventory/error-scope';
import type { ScanSettings } from '../../inventory/inspect-batch';
import { type ListedTag, listTags } from '../../inventory/listing';
import type { ChosenRepository } from '../../inventory/repositories';
import type { RepositoryNote } from '../../inventory/totals';
import { kept, type Verdict } from './kept-reasons';
import { judgeOrphans, type Orphan } from './orphans';
import { proveCompanions } from './proof';

/** A tag with the name of a companion. */
export interface FoundCompanion extends ListedTag {
  readonly repository: string;
  /** Absent if the name is not that of a companion of these platforms. */
  readonly sourceTag?: string;
  /** Whether the source tag exists. */
  readonly hasSource: boolean;
  /** Of a removable one: a tag that names the image and stays, so that the image stays, too. */
  readonly keptBy?: string;
  readonly verdict: Verdict;
}

export interface Found {
  readonly companions: readonly FoundCompanion[];
  readonly unreadable: readonly RepositoryNote[];
}

/** ECR doesn't publish how many DescribeImages calls it allows. */
const REPOSITORIES_AT_A_TIME = 4;

/** Every tag with the name of a companion, and whether it is ours to remove. */
export async function findAllCompanions(
  settings: ScanSettings,
  repositories: readonly ChosenRepository[],
  isOrphanWanted: boolean,
  progress: Progress,
): Promise<Found> {
  const companions: FoundCompanion[] = [];
  const unreadable: RepositoryNote[] = [];
  const find = async ({ name }: ChosenRepository): Promise<void> => {
    try {
      companions.push(...(await findCompanions(settings, name, isOrphanWanted)));
    } catch (error) {
      if (isGone(error)) return;
      if (!isOfOneRepository(error)) throw error;
      unreadable.push({ repository: name, why: explain(error).message });
    }
  };
  let done = 0;
  progress.start('reading repositories', repositories.length);
  try {
    for await (const _ of pMapIterable(repositories, find, { concurrency: REPOSITORIES_AT_A_TIME }))
      progress.update(++done);
  } finally {
    progress.stop();
  }
  return { companions: companions.sort(byName), unreadable };
}

/** Whether it was deleted meanwhile. */
export const isGone = (error: unknown): boolean =>
  error instanceof RepositoryNotFound || (error instanceof Error && error.name === 'RepositoryNotFoundException');

const byName = (a: FoundCompanion, b: FoundCompanion): number =>
  a.repository === b.repository ? compare(a.tag, b.tag) : compare(a.repository, b.repository);
const compare = (a: string, b: string): number => (a < b ? -1 : 1);

async function findCompanions(
  settings: ScanSettings,
  repository: string,
  isOrphanWanted: boolean,
): Promise<readonly FoundCompanion[]> {
  const { account, policy } = settings;
  const { companionTag: form, platforms } = policy;
  const listing = await listTags(account, repository);
  const named = [...listing.values()].filter(({ tag }) => skipReasonOfTag(tag, form) === 'companion-tag');
  if (named.length === 0) return [];
  const sourceTags = new Map(named.map(({ tag }) => [tag, sourceTagOf(tag, form, platforms)]));
  const verdicts = (await account.registry.isOptedOut(repository))
    ? new Map(named.map(({ tag }) => [tag, kept('opted-out', `${repository} opted out of companions`)]))
    : await verdictsOf(settings, repository, listing, named, sourceTags, isOrphanWanted);
  const staying = [...listing.values()].filter(({ tag }) => verdicts.get(tag)?.kind !== 'removable');
  const tagThatStays = new Map(staying.map(({ digest, tag }) => [digest, tag]));
  return named.map((one) => {
    const sourceTag = sourceTags.get(one.tag);
    const verdict = verdicts.get(one.tag) ?? UNKNOWN_NAME;
    const keptBy = verdict.kind === 'removable' ? tagThatStays.get(one.digest) : undefined;
    return {
      ...one,
      repository,
      ...(sourceTag === undefined ? {} : { sourceTag }),
      hasSource: sourceTag !== undefined && listing.has(sourceTag),
      ...(keptBy === undefined ? {} : { keptBy }),
      verdict,
    };
  });
}

const UNKNOWN_NAME = kept('unknown-name', 'no companion of these platforms has this name');

async function verdictsOf(
  settings: ScanSettings,
  repository: string,
  listing: ReadonlyMap<string, ListedTag>,
  named: readonly ListedTag[],
  sourceTags: ReadonlyMap<string, string | undefined>,
  isOrphanWanted: boolean,
): Promise<ReadonlyMap<string, Verdict>> {
  const sources = new Map<string, ListedTag>();
  const orphans: Orphan[] = [];
  for (const one of named) {
    const sourceTag = sourceTags.get(one.tag);
    if (sourceTag === undefined) continue;
    const source = listing.get(sourceTag);
    if (source) sources.set(sourceTag, source);
    else orphans.push({ ...one, sourceTag });
  }
  const proven = await proveCompanions(settings, repository, listing, [...sources.values()]);
  const judged = await judgeOrphans(settings.account, repository, orphans, isOrphanWanted);
  return new Map([...proven, ...judged]);
}
