import type { LifecycleReader } from '../lifecycle/risk';
import type { ManifestIdentity, Registry, StoredManifest } from '../registry';

/** A manifest with its tags, as a listing of the repository has it. */
export interface ListedManifest extends ManifestIdentity {
  readonly tags: readonly string[];
  /** In milliseconds since the epoch. */
  readonly pushedAt: number;
}

export interface ListPage {
  readonly manifests: readonly ListedManifest[];
  readonly nextToken?: string;
}

export interface ManifestBatch {
  /** By digest. One that does not exist, or that the registry does not return, is absent. */
  readonly manifests: ReadonlyMap<string, StoredManifest>;
  /** Digests that were not read, because they would not fit memory together. */
  readonly unread: readonly string[];
}

/** A registry that reads many manifests in few calls. */
export interface BatchReader extends Registry {
  readManifests(repository: string, digests: readonly string[]): Promise<ManifestBatch>;
}

/** The port of an audit. */
export interface Inventory extends BatchReader, LifecycleReader {
  /** Tagged manifests that can be pulled, up to 1,000 a page; archived ones are left out. */
  listManifests(repository: string, nextToken?: string): Promise<ListPage>;
}
