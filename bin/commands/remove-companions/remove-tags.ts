import { BatchDeleteImageCommand, type ImageFailure } from '@aws-sdk/client-ecr';
import { Pacer } from '../../../lambda/ecr/pacer';
import type { Account } from '../../cli/account';
import { explain } from '../../cli/explain';
import { isOfOneRepository } from '../../inventory/error-scope';
import { type FoundCompanion, isGone } from './find-companions';
import type { KeptReason } from './kept-reasons';

/** What was done about one tag. `gone`: somebody else removed it meanwhile. */
export type Removal =
  | { readonly outcome: 'removed' | 'gone' }
  | { readonly outcome: 'kept'; readonly reason: KeptReason; readonly detail: string }
  | { readonly outcome: 'failed'; readonly detail: string };

export interface RemovedBatch {
  readonly companions: readonly FoundCompanion[];
  readonly removals: readonly Removal[];
}

type Remover = Pick<Account, 'client' | 'registry'>;

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html */
const BATCH = 100;

export interface RemoveOptions {
  /** BatchDeleteImage calls a second. */
  readonly rate: number;
  /** No call begins after it. */
  readonly signal: AbortSignal;
}

/**
 * Removes tags. ECR deletes an image with its last tag. A failure of one repository doesn't stop the others.
 * @param companions sorted by repository
 * @returns the result of each batch, until all are done or the signal is aborted
 */
export async function* removeTags(
  account: Remover,
  companions: readonly FoundCompanion[],
  { rate, signal }: RemoveOptions,
): AsyncGenerator<RemovedBatch> {
  const pacer = new Pacer(rate);
  for (const batch of batchesOf(companions)) {
    await pacer.turn(signal).catch(() => {});
    if (signal.aborted) return;
    yield { companions: batch, removals: await removeBatch(account, batch) };
  }
}

function* batchesOf(companions: readonly FoundCompanion[]): Generator<readonly FoundCompanion[]> {
  let batch: FoundCompanion[] = [];
  for (const companion of companions) {
    if (batch.length === BATCH || (batch[0] && batch[0].repository !== companion.repository)) {
      yield batch;
      batch = [];
    }
    batch.push(companion);
  }
  if (batch.length > 0) yield batch;
}

async function removeBatch(account: Remover, batch: readonly FoundCompanion[]): Promise<readonly Removal[]> {
  const [{ repository } = { repository: '' }] = batch;
  try {
    const settled = await changedSince(account, repository, batch);
    const left = batch.filter(({ tag }) => !settled.has(tag));
    const deleted = left.length > 0 ? await deleteTags(account, repository, left) : new Map<string, Removal>();
    return batch.map(({ tag }) => settled.get(tag) ?? deleted.get(tag) ?? UNANSWERED);
  } catch (error) {
    if (isGone(error)) return batch.map(() => ({ outcome: 'gone' }));
    if (!isOfOneRepository(error)) throw error;
    const { message: detail } = explain(error);
    return batch.map(() => ({ outcome: 'failed', detail }));
  }
}

const UNANSWERED: Removal = { outcome: 'failed', detail: 'ECR said nothing about it' };

/** What was proven of a tag holds only as long as it, and its source tag, are what they were. */
async function changedSince(
  { registry }: Remover,
  repository: string,
  batch: readonly FoundCompanion[],
): Promise<ReadonlyMap<string, Removal>> {
  const tags = batch.flatMap(({ tag, sourceTag = tag }) => [tag, sourceTag]);
  const now = await registry.readTags(repository, [...new Set(tags)]);
  const settled = new Map<string, Removal>();
  for (const { tag, digest, sourceTag = tag, hasSource } of batch) {
    const found = now.get(tag);
    const moved = (detail: string): Removal => ({ outcome: 'kept', reason: 'moved', detail });
    if (!found) settled.set(tag, { outcome: 'gone' });
    else if (found.digest !== digest) settled.set(tag, moved(`it named ${digest}, and names ${found.digest} now`));
    else if (now.has(sourceTag) !== hasSource)
      settled.set(tag, moved(`${sourceTag} ${hasSource ? 'no longer exists' : 'exists again'}`));
  }
  return settled;
}

/** By tag alone: with a digest in the request, ECR could delete the image with its other tags, such as the source tag. */
async function deleteTags(
  { client }: Remover,
  repositoryName: string,
  companions: readonly FoundCompanion[],
): Promise<ReadonlyMap<string, Removal>> {
  const command = new BatchDeleteImageCommand({
    repositoryName,
    imageIds: companions.map(({ tag }) => ({ imageTag: tag })),
  });
  const { imageIds = [], failures = [] } = await client.send(command);
  const removals = new Map<string, Removal>();
  for (const { imageTag = '' } of imageIds) removals.set(imageTag, { outcome: 'removed' });
  for (const failure of failures) removals.set(failure.imageId?.imageTag ?? '', removalOf(failure));
  return removals;
}

function removalOf({ failureCode, failureReason = '' }: ImageFailure): Removal {
  if (failureCode === 'ImageNotFound') return { outcome: 'gone' };
  if (failureCode === 'ImageReferencedByManifestList')
    return { outcome: 'kept', reason: 'referenced', detail: failureReason };
  return { outcome: 'failed', detail: `${failureCode}: ${failureReason}` };
}
