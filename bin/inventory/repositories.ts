import type { Repository } from '@aws-sdk/client-ecr';
import { matchesGlob } from '../../lambda/core/companion/glob';
import type { Account } from '../cli/account';
import { describeRepositories, listRepositories } from '../cli/ecr-listing';
import { CliError } from '../cli/errors';

/** A repository, with what decides whether a companion tag can move. */
export interface ChosenRepository {
  readonly name: string;
  readonly isTagMovable: (tag: string) => boolean;
}

/**
 * @param patterns names, or globs with `*`, which stands for any characters, the slash included; none for all repositories
 * @returns the repositories, sorted by name
 * @throws CliError if a name or a pattern matches no repository
 */
export async function chooseRepositories(
  account: Account,
  patterns: readonly string[],
): Promise<readonly ChosenRepository[]> {
  const globs = patterns.filter((pattern) => pattern.includes('*'));
  const names = patterns.filter((pattern) => !pattern.includes('*'));
  const found = new Map<string, Repository>();
  const add = (repository: Repository) => found.set(repository.repositoryName ?? '', repository);
  for await (const repository of named(account, names)) add(repository);
  if (globs.length > 0) for await (const repository of matching(account, globs)) add(repository);
  // Named repositories need no listing, so no permission to list all of them.
  if (patterns.length === 0) for await (const repository of listRepositories(account)) add(repository);
  return [...found.values()].map(chosen).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function* named(account: Account, names: readonly string[]): AsyncGenerator<Repository> {
  try {
    yield* describeRepositories(account, names);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'RepositoryNotFoundException') throw error;
    const [, name = names.join(', ')] = /'([^']+)'/.exec(error.message) ?? [];
    throw new CliError(
      `There is no repository ${name} in this account and Region.`,
      `For all repositories whose names start like this: --repository '${name}*'`,
      undefined,
      { cause: error },
    );
  }
}

async function* matching(account: Account, globs: readonly string[]): AsyncGenerator<Repository> {
  const unmatched = new Set(globs);
  for await (const repository of listRepositories(account)) {
    const matched = globs.filter((glob) => matchesGlob(glob, repository.repositoryName ?? ''));
    for (const glob of matched) unmatched.delete(glob);
    if (matched.length > 0) yield repository;
  }
  const [first] = unmatched;
  if (first) throw new CliError(`No repository in this account and Region matches '${first}'.`);
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
