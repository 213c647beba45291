import type { ManifestIdentity } from '../companion/outcome';
import type { BatchReader } from './prefetched-registry';

/** A manifest with its tags, as a listing of the repository has it. */
export interface ListedManifest extends ManifestIdentity {
  readonly tags: readonly string[];
}

export interface ListPage {
  readonly manifests: readonly ListedManifest[];
  readonly nextToken?: string;
}

/** The port of an audit: many manifests in few calls. */
export interface Inventory extends BatchReader {
  /** Tagged manifests that can be pulled, up to 1,000 a page; archived ones are left out. */
  listManifests(repository: string, nextToken?: string): Promise<ListPage>;
}
