import { runnableChildOf } from '../companion/platform-selector';
import type { Policy } from '../companion/policy';
import { readManifest } from '../manifest/manifest';
import { Refusal } from '../reasons';
import type { Put, Registry, StoredManifest } from '../registry';

/** A registry that can read many manifests in few calls. */
export interface BatchReader extends Registry {
  /** The manifests of these digests; one that does not exist is absent from the answer. */
  readManifests(repository: string, digests: readonly string[]): Promise<ReadonlyMap<string, StoredManifest>>;
}

/** Answers from what was read in batches before, and asks only for what was not. */
export class PrefetchedRegistry implements Registry {
  constructor(
    readonly registry: Registry,
    readonly manifests: ReadonlyMap<string, StoredManifest>,
  ) {}

  readTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, StoredManifest>> {
    return this.registry.readTags(repository, tags);
  }

  async readManifest(repository: string, digest: string): Promise<StoredManifest | undefined> {
    return this.manifests.get(digest) ?? this.registry.readManifest(repository, digest);
  }

  readBlob(repository: string, digest: string, maxBytes: number): Promise<Uint8Array> {
    return this.registry.readBlob(repository, digest, maxBytes);
  }

  deleteTags(repository: string, tags: readonly string[]): Promise<void> {
    return this.registry.deleteTags(repository, tags);
  }

  putManifest(repository: string, tag: string, manifest: StoredManifest): Promise<Put> {
    return this.registry.putManifest(repository, tag, manifest);
  }
}

/**
 * Reads these manifests, and of each index the images that the policy's platforms choose, in two batches. With the answer,
 * `planCompanions` of any of them needs no call, but for an index whose descriptors leave the choice open.
 */
export async function prefetch(
  registry: BatchReader,
  repository: string,
  digests: readonly string[],
  { platforms }: Policy,
): Promise<PrefetchedRegistry> {
  const sources = await registry.readManifests(repository, [...new Set(digests)]);
  const chosen = [...sources.values()].flatMap(({ bytes, mediaType }) => {
    const manifest = readManifest(bytes, mediaType);
    if (manifest instanceof Refusal || manifest.kind !== 'index') return [];
    return platforms.flatMap((platform) => runnableChildOf(manifest.children, platform)?.digest ?? []);
  });
  const unread = [...new Set(chosen)].filter((digest) => !sources.has(digest));
  const children = unread.length > 0 ? await registry.readManifests(repository, unread) : new Map();
  return new PrefetchedRegistry(registry, new Map([...sources, ...children]));
}
