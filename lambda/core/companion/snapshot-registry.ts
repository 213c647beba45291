import { digestOf } from '../manifest/digest';
import {
  type ManifestIdentity,
  type Registry,
  RegistryDecorator,
  type StoredManifest,
  type TaggedManifest,
} from '../registry';

/**
 * One moment of one repository: asks for each tag, manifest and config once, so that everything that is said of an image is said of the
 * same image. What is put or deleted meanwhile is not seen.
 */
export class SnapshotRegistry extends RegistryDecorator {
  readonly #tags = new Map<string, TaggedManifest | undefined>();
  readonly #blobs = new Map<string, Uint8Array>();

  /**
   * @param manifests what is known already, by digest; what is read is added, so that a later snapshot need not read it again
   * @param listing all tags of the repository, if they are known
   */
  constructor(
    registry: Registry,
    readonly manifests: Map<string, StoredManifest> = new Map(),
    readonly listing?: ReadonlyMap<string, ManifestIdentity>,
  ) {
    super(registry);
  }

  override async readTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, TaggedManifest>> {
    const unread = tags.filter((tag) => !this.#tags.has(tag));
    if (unread.length > 0) {
      const found = this.listing ?? (await super.readTags(repository, unread));
      for (const tag of unread) this.#remember(tag, found.get(tag));
    }
    return new Map(
      tags.flatMap((tag) => {
        const found = this.#tags.get(tag);
        return found ? [[tag, found] as const] : [];
      }),
    );
  }

  #remember(tag: string, found: TaggedManifest | undefined): void {
    this.#tags.set(tag, found);
    if (!found?.bytes || digestOf(found.bytes) !== found.digest) return;
    const { digest, mediaType, bytes } = found;
    const known = this.manifests.get(digest) ?? { digest, mediaType, bytes };
    this.manifests.set(digest, known);
    this.#tags.set(tag, known);
  }

  override async readManifest(repository: string, digest: string): Promise<StoredManifest | undefined> {
    const known = this.manifests.get(digest);
    if (known) return known;
    const read = await super.readManifest(repository, digest);
    if (read) this.manifests.set(digest, read);
    return read;
  }

  override async readBlob(repository: string, digest: string, maxBytes: number): Promise<Uint8Array> {
    const known = this.#blobs.get(digest);
    if (known) return known;
    const read = await super.readBlob(repository, digest, maxBytes);
    this.#blobs.set(digest, read);
    return read;
  }
}
