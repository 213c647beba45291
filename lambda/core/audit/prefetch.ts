import type { Policy } from '../companion/policy';
import { SnapshotRegistry } from '../companion/snapshot-registry';
import { announcedChild } from '../manifest/index-children';
import { manifestOf } from '../manifest/manifest';
import { Refusal } from '../reasons';
import type { ManifestIdentity, StoredManifest } from '../registry';
import type { BatchReader } from './inventory';

/** There was no room for a manifest among the others of its batch. Its own repair has room. */
export class NoRoom extends Error {}

/**
 * Reads these manifests, and of each index the images that the policy's platforms choose, in two batches.
 * @param tags all that are known of the repository
 * @returns a registry in which a dry run of any of them needs no read by digest, but for an index whose descriptors leave the choice open; it
 * throws `NoRoom` for a manifest that does not fit
 */
export async function prefetch(
  registry: BatchReader,
  repository: string,
  digests: readonly string[],
  tags: ReadonlyMap<string, ManifestIdentity>,
  policy: Policy,
): Promise<SnapshotRegistry> {
  const sources = await registry.readManifests(repository, [...new Set(digests)]);
  const chosen = [...sources.manifests.values()].flatMap((source) => chosenChildren(source, policy));
  const unknown = [...new Set(chosen)].filter((digest) => !sources.manifests.has(digest));
  const children =
    unknown.length > 0 ? await registry.readManifests(repository, unknown) : { manifests: [], unread: [] };
  const manifests = new Map([...sources.manifests, ...children.manifests]);
  return new BatchSnapshot(registry, manifests, tags, new Set([...sources.unread, ...children.unread]));
}

function chosenChildren(source: StoredManifest, { platforms }: Policy): readonly string[] {
  const manifest = manifestOf(source);
  if (manifest instanceof Refusal || manifest.kind !== 'index') return [];
  return platforms.flatMap((platform) => announcedChild(manifest.children, platform)?.digest ?? []);
}

class BatchSnapshot extends SnapshotRegistry {
  constructor(
    registry: BatchReader,
    manifests: Map<string, StoredManifest>,
    tags: ReadonlyMap<string, ManifestIdentity>,
    readonly unread: ReadonlySet<string>,
  ) {
    super(registry, manifests, tags);
  }

  override async readManifest(repository: string, digest: string): Promise<StoredManifest | undefined> {
    if (this.unread.has(digest)) throw new NoRoom(digest);
    return super.readManifest(repository, digest);
  }
}
