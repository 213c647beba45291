import type { RefusalReason } from './reasons';

/** A manifest as a registry names it. */
export interface ManifestIdentity {
  readonly digest: string;
  readonly mediaType: string;
}

/** A manifest as the registry stores it, byte for byte. */
export interface StoredManifest extends ManifestIdentity {
  readonly bytes: Uint8Array;
}

/** The manifest that a tag names. A registry that knows the tag from a listing leaves the bytes out. */
export interface TaggedManifest extends ManifestIdentity {
  readonly bytes?: Uint8Array;
}

export type PutResult =
  | { readonly kind: 'done' }
  /** The tag names another manifest and tag immutability keeps it there. */
  | { readonly kind: 'tag-immutable' }
  /** The repository's owner does not want companions. */
  | { readonly kind: 'opted-out' }
  /** The registry will never take this manifest, however often it is asked. */
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly detail: string };

/** Why a companion whose source tag is gone is not deleted. */
export interface KeptTag {
  readonly tag: string;
  readonly why: string;
}

/** What a repository says of itself. It may have been read some minutes before. */
export interface ResourceTagReader {
  readResourceTags(repository: string): Promise<ReadonlyMap<string, string>>;
}

/**
 * The port: all that a repair asks of a registry. An implementation throws `RepositoryNotFound` when there is no such repository, and
 * any other error when it can't answer, which makes the queue try again.
 */
export interface Registry extends ResourceTagReader {
  /** The manifests that these tags name now, in one read; a tag that does not exist is absent from the answer. */
  readTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, TaggedManifest>>;
  readManifest(repository: string, digest: string): Promise<StoredManifest | undefined>;
  /** @param maxBytes a larger blob is an error, and is not read to its end */
  readBlob(repository: string, digest: string, maxBytes: number): Promise<Uint8Array>;
  /**
   * Deletes companion tags whose source tag is gone.
   * @returns the tags that are kept, each with the reason; a tag that does not exist is passed over
   */
  deleteCompanions(repository: string, sourceTag: string, tags: readonly string[]): Promise<readonly KeptTag[]>;
  /** Puts the manifest under the tag. Putting what the tag names already is `done`. */
  putManifest(repository: string, tag: string, manifest: StoredManifest): Promise<PutResult>;
}

/** Passes every call on. A subclass overrides what it does differently. */
export class RegistryDecorator implements Registry {
  constructor(protected readonly registry: Registry) {}

  readResourceTags(repository: string): Promise<ReadonlyMap<string, string>> {
    return this.registry.readResourceTags(repository);
  }

  readTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, TaggedManifest>> {
    return this.registry.readTags(repository, tags);
  }

  readManifest(repository: string, digest: string): Promise<StoredManifest | undefined> {
    return this.registry.readManifest(repository, digest);
  }

  readBlob(repository: string, digest: string, maxBytes: number): Promise<Uint8Array> {
    return this.registry.readBlob(repository, digest, maxBytes);
  }

  deleteCompanions(repository: string, sourceTag: string, tags: readonly string[]): Promise<readonly KeptTag[]> {
    return this.registry.deleteCompanions(repository, sourceTag, tags);
  }

  putManifest(repository: string, tag: string, manifest: StoredManifest): Promise<PutResult> {
    return this.registry.putManifest(repository, tag, manifest);
  }
}
