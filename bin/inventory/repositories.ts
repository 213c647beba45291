import { DescribeRepositoriesCommand, paginateDescribeRepositories, type Repository } from '@aws-sdk/client-ecr';
import { matchesGlob } from '../../lambda/core/companion/glob';
import type { Account } from '../cli/account';
import { CliError } from '../cli/errors';

/** A repository, with what decides whether a companion tag can move. */
export interface ChosenRepository {
  readonly name: string;
  readonly isTagMovable: (tag: string) => boolean;
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html */
const MAX_NAMES = 100;

/**
 * @param patterns names, or globs with `*`, which stands for any characters, the slash included; none for all repositories
 * @returns the repositories by name
 * @throws CliError if a name or a pattern fits no repository
 */
export async function chooseRepositories(
  { client }: Account,
  patterns: readonly string[],
): Promise<readonly ChosenRepository[]> {
  const found = new Map<string, Repository>();
  const globs = patterns.filter((pattern) => pattern.includes('*'));
  const names = patterns.filter((pattern) => !pattern.includes('*'));
  for (let at = 0; at < names.length; at += MAX_NAMES) {
    for (const repository of await named(client, names.slice(at, at + MAX_NAMES)))
      found.set(repository.repositoryName ?? '', repository);
  }
  if (globs.length > 0 || patterns.length === 0) {
    const matched = new Set<string>();
    for await (const { repositories = [] } of paginateDescribeRepositories({ client, pageSize: 1_000 }, {})) {
      for (const repository of repositories) {
        const { repositoryName: name = '' } = repository;
        const matching = globs.filter((glob) => matchesGlob(glob, name));
        for (const glob of matching) matched.add(glob);
        if (matching.length > 0 || patterns.length === 0) found.set(name, repository);
      }
    }
    const unmatched = globs.find((glob) => !matched.has(glob));
    if (unmatched) throw new CliError(`No repository in this account and Region matches '${unmatched}'.`);
  }
  return [...found.values()].map(chosen).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function named(client: Account['client'], repositoryNames: string[]): Promise<readonly Repository[]> {
  try {
    return (await client.send(new DescribeRepositoriesCommand({ repositoryNames }))).repositories ?? [];
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'RepositoryNotFoundException') throw error;
    const [, name = repositoryNames.join(', ')] = /'([^']+)'/.exec(error.message) ?? [];
    throw new CliError(
      `There is no repository ${name} in this account and Region.`,
      `For all whose names begin so: --repository '${name}*'`,
      undefined,
      { cause: error },
    );
  }
}

function chosen({
  repositoryName = '',
  imageTagMutability = 'MUTABLE',
  imageTagMutabilityExclusionFilters = [],
}: Repository): ChosenRepository {
  const isExcluded = (tag: string) =>
    imageTagMutabilityExclusionFilters.some(({ filter = '' }) => matchesGlob(filter, tag));
  const isMutable = imageTagMutability.startsWith('MUTABLE');
  return { name: repositoryName, isTagMovable: (tag) => (isExcluded(tag) ? !isMutable : isMutable) };
}
