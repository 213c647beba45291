import type { Statement } from '../iam/policy';
import type { StoredManifest } from './stored-manifest';
import type { TagMutability } from './tag-mutability';

export type StorageClass = 'STANDARD' | 'ARCHIVE';

/** One digest of a repository: the manifest, its tags, and its position in the order of pushes. */
export interface Image {
  readonly manifest: StoredManifest;
  readonly tags: ReadonlySet<string>;
  readonly storageClass: StorageClass;
  /** Of the first push of the digest. A new tag leaves it as it is: https://github.com/aws/containers-roadmap/issues/2746 */
  readonly pushedAt: Date;
  readonly lastPulledAt?: Date;
  readonly lastArchivedAt?: Date;
  readonly lastActivatedAt?: Date;
  /** Pages continue after it, so that pushes and deletes between two pages neither repeat nor hide other images. */
  readonly sequence: number;
}

type StoredImage = Image & { readonly tags: Set<string> };

/** The state of one repository. The rules of what may change are in put-image and delete-image. */
export class Repository {
  readonly #images = new Map<string, StoredImage>();
  readonly #tags = new Map<string, string>();
  /** Blobs are shared on disk, but a manifest may only use those that were pushed or mounted here. */
  readonly #blobs = new Set<string>();
  readonly resourceTags = new Map<string, string>();
  /** JSON, as it was put. */
  lifecyclePolicy?: string;
  /** The resource policy. */
  policy: readonly Statement[] = [];
  /** Whether ECR may use the KMS key that encrypts the repository. */
  isKeyUsable = true;
  #sequence = 0;

  constructor(
    readonly name: string,
    readonly createdAt: Date,
    public mutability: TagMutability,
  ) {}

  get images(): Iterable<Image> {
    return this.#images.values();
  }

  get tags(): ReadonlyMap<string, string> {
    return this.#tags;
  }

  image(digest: string): Image | undefined {
    return this.#images.get(digest);
  }

  tagged(tag: string): Image | undefined {
    const digest = this.#tags.get(tag);
    return digest === undefined ? undefined : this.#images.get(digest);
  }

  hasBlob(digest: string): boolean {
    return this.#blobs.has(digest);
  }

  addBlob(digest: string): void {
    this.#blobs.add(digest);
  }

  /** Stores the manifest if its digest is new, and moves the tag to it. The tag's earlier image stays, untagged if that was its last tag. */
  put(manifest: StoredManifest, tag: string | undefined, pushedAt: Date): void {
    const image: StoredImage = this.#images.get(manifest.digest) ?? {
      manifest,
      tags: new Set(),
      storageClass: 'STANDARD',
      pushedAt,
      sequence: ++this.#sequence,
    };
    this.#images.set(manifest.digest, image);
    if (tag === undefined) return;
    this.untag(tag);
    image.tags.add(tag);
    this.#tags.set(tag, manifest.digest);
  }

  update(digest: string, changes: Partial<Omit<Image, 'manifest' | 'tags' | 'sequence'>>): void {
    const image = this.#images.get(digest);
    if (image) Object.assign(image, changes);
  }

  untag(tag: string): void {
    const digest = this.#tags.get(tag);
    if (digest === undefined) return;
    this.#tags.delete(tag);
    this.#images.get(digest)?.tags.delete(tag);
  }

  remove(digest: string): void {
    for (const tag of this.#images.get(digest)?.tags ?? []) this.#tags.delete(tag);
    this.#images.delete(digest);
  }
}
