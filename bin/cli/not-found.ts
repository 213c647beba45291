import { RepositoryNotFound } from '../../lambda/core/errors';
import type { Account } from './account';
import { listRepositories, listTaggedImages } from './ecr-listing';
import { CliError } from './errors';
import { type ImageReference, nameOf } from './image-reference';
import { nearMatches } from './near-matches';

/** Enough to find a typo. A registry can have 100,000 repositories, and a repository 100,000 images. */
const MAX_NAMES = 5_000;

/** @throws CliError with near matches if the repository that `run` reads doesn't exist */
export async function inRepository<T>(account: Account, repository: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof RepositoryNotFound || (error instanceof Error && error.name === 'RepositoryNotFoundException'))
      throw await noSuchRepository(account, repository);
    throw error;
  }
}

export async function noSuchRepository(account: Account, repository: string): Promise<CliError> {
  const names = await firstOf(repositoryNames(account));
  const message = `There is no repository ${repository} in ${await account.describe()}.`;
  if (!names) return new CliError(message, 'Check the name, the account and the Region.');
  if (names.length === 0)
    return new CliError(message, 'There are no repositories at all: is this the right Region? Set it with --region.');
  const near = nearMatches(repository, names);
  return new CliError(
    message,
    near.length > 0 ? `Did you mean ${anyOf(near)}?` : 'Check the name, the account and the Region (--region).',
  );
}

export async function noSuchImage(account: Account, reference: ImageReference): Promise<CliError> {
  const { repository, tag, digest, isTagImplied } = reference;
  const known = await firstOf(tags(account, repository));
  const message = `There is no image ${nameOf(reference)}${isTagImplied ? ' (a name without a tag means latest)' : ''}.`;
  if (!known || digest || !tag) return new CliError(message, `Check the ${digest ? 'digest' : 'tag'} and the Region.`);
  if (known.length === 0)
    return new CliError(message, `${repository} has no tags. Was the image pushed to this Region?`);
  const near = nearMatches(tag, known);
  if (near.length > 0)
    return new CliError(message, `Did you mean ${anyOf(near.map((name) => `${repository}:${name}`))}?`);
  const newest = known.slice(-3).reverse();
  return new CliError(message, `${repository} has ${known.length} tags, such as ${newest.join(', ')}.`);
}

const anyOf = (names: readonly string[]): string => new Intl.ListFormat('en', { type: 'disjunction' }).format(names);

/** Nothing if the caller isn't allowed to list: near matches are only a courtesy. */
async function firstOf(names: AsyncIterable<string>): Promise<readonly string[] | undefined> {
  const all: string[] = [];
  try {
    for await (const name of names) {
      all.push(name);
      if (all.length >= MAX_NAMES) break;
    }
    return all;
  } catch {
    return undefined;
  }
}

async function* repositoryNames(account: Account): AsyncGenerator<string> {
  for await (const { repositoryName } of listRepositories(account)) if (repositoryName) yield repositoryName;
}

async function* tags(account: Account, repository: string): AsyncGenerator<string> {
  for await (const { imageTags = [] } of listTaggedImages(account, repository)) yield* imageTags;
}
