import { isDocker, toDocker } from '../../../lambda/core/manifest/convert';
import { manifestOf } from '../../../lambda/core/manifest/manifest';
import { Refusal } from '../../../lambda/core/reasons';
import type { StoredManifest } from '../../../lambda/core/registry';
import type { Account } from '../../cli/account';
import { listTaggedImages } from '../../cli/ecr-listing';
import type { ListedTag } from '../../inventory/listing';
import { kept, REMOVABLE, type Verdict } from './kept-reasons';

/** A tag with the name of a companion whose source tag is not among the images that can be pulled. */
export interface Orphan extends ListedTag {
  readonly sourceTag: string;
}

/**
 * What to do with the companions of a repository whose source tag is gone. Nothing can prove that they are ours, but those that could not be.
 * @param isWanted whether those that could be ours are removed
 */
export async function judgeOrphans(
  account: Account,
  repository: string,
  orphans: readonly Orphan[],
  isWanted: boolean,
): Promise<ReadonlyMap<string, Verdict>> {
  if (orphans.length === 0) return new Map();
  const statuses = new Map<string, string>();
  for await (const { imageTags = [], imageStatus = 'ACTIVE' } of listTaggedImages(account, repository, 'ANY'))
    for (const tag of imageTags) statuses.set(tag, imageStatus);
  const digests = orphans.map(({ digest }) => digest);
  const manifests = isWanted ? await readManifests(account, repository, [...new Set(digests)]) : undefined;
  return new Map(
    orphans.map(({ tag, sourceTag, digest }) => {
      const status = statuses.get(sourceTag);
      if (status === 'ACTIVE') return [tag, kept('moved', `${sourceTag} exists again`)];
      if (status) return [tag, kept('archived', `${sourceTag} exists, as an archived image`)];
      if (!manifests) return [tag, kept('orphan', `${sourceTag} does not exist`)];
      const manifest = manifests.get(digest);
      if (!manifest) return [tag, kept('unreadable', `ECR did not return ${digest}`)];
      if (isWrittenByUs(manifest)) return [tag, REMOVABLE];
      return [
        tag,
        kept('unproven', `${sourceTag} does not exist, and the manifest is not one that the service writes`),
      ];
    }),
  );
}

/** The most manifests that one BatchGetImage call reads. */
const BATCH = 100;

async function readManifests(
  { registry }: Account,
  repository: string,
  digests: readonly string[],
): Promise<ReadonlyMap<string, StoredManifest>> {
  const all: [string, StoredManifest][] = [];
  for (let at = 0; at < digests.length; at += BATCH)
    all.push(...(await registry.readManifests(repository, digests.slice(at, at + BATCH))).manifests);
  return new Map(all);
}

/** Whether a conversion can have written these bytes. Other tools write the same, so it proves nothing by itself. */
function isWrittenByUs(stored: StoredManifest): boolean {
  const manifest = manifestOf(stored);
  if (manifest instanceof Refusal || manifest.kind !== 'image' || !isDocker(manifest)) return false;
  const written = toDocker(manifest, 'relabel');
  return !(written instanceof Refusal) && written.manifest.digest === stored.digest;
}
