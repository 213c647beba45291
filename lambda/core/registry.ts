import type { RefusalReason } from './reasons';

/** A manifest as the registry stores it, byte for byte. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export type Put =
  | { readonly put: 'done' }
  /** The tag names another manifest and must not move (tag immutability). */
  | { readonly put: 'tag-taken' }
  /** The repository's owner does not want companions. */
  | { readonly put: 'opted-out' }
  /** The registry will never take this manifest, however often it is asked. */
  | { readonly put: 'refused'; readonly reason: RefusalReason; readonly detail: string };

/**
 * The port: all that a repair asks of a registry. An implementation throws `RepositoryNotFound` when there is no such repository, and
 * anything else that keeps it from answering as an error, which makes the queue try again.
 */
export interface Registry {
  /** The manifests that these tags name now, in one read; a tag that does not exist is absent from the answer. */
  readTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, StoredManifest>>;
  readManifest(repository: string, digest: string): Promise<StoredManifest | undefined>;
  /** @param maxBytes a larger blob is refused by an error, unread */
  readBlob(repository: string, digest: string, maxBytes: number): Promise<Uint8Array>;
  /** Deletes the tags; one that does not exist, or that the registry must keep, is passed over. */
  deleteTags(repository: string, tags: readonly string[]): Promise<void>;
  /** Puts the manifest under the tag. Putting what is there already is `done`. */
  putManifest(repository: string, tag: string, manifest: StoredManifest): Promise<Put>;
}
