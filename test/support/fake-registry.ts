import type { Inventory, ListPage, ManifestBatch } from '../../lambda/core/audit/inventory';
import { RepositoryNotFound } from '../../lambda/core/errors';
import type { RepositoryImage } from '../../lambda/core/lifecycle/planned-companions';
import type { LifecyclePolicy, NotUnderstood } from '../../lambda/core/lifecycle/policy';
import { digestOf } from '../../lambda/core/manifest/digest';
import type { KeptTag, PutResult, StoredManifest } from '../../lambda/core/registry';

/** A registry of one repository in memory, with the calls that were made of it. */
export class FakeRegistry implements Inventory {
  readonly calls: string[] = [];
  readonly tags = new Map<string, string>();
  readonly manifests = new Map<string, StoredManifest>();
  readonly blobs = new Map<string, Uint8Array>();
  readonly immutableTags = new Set<string>();
  /** Runs before each call, so that a test can move things meanwhile. */
  before: (call: string) => void | Promise<void> = () => {};
  pageSize = 1_000;
  /** When each digest was pushed, in milliseconds since the epoch. @default long ago */
  readonly pushedAt = new Map<string, number>();
  /** Digests for which a batch has no room. */
  readonly unread = new Set<string>();
  /** Companions that a deletion leaves. */
  readonly kept = new Map<string, string>();
  /** What a put answers instead of storing. */
  putAnswer: PutResult | undefined;
  /** Of the repository itself. */
  readonly resourceTags = new Map<string, string>();
  lifecyclePolicy: LifecyclePolicy | NotUnderstood = [];
  hasTooManyImages = false;

  constructor(readonly repository = 'team/app') {}

  /** Stores a manifest as a push would, under a tag if one is given. */
  push(manifest: object | Uint8Array, mediaType: string, tag?: string): StoredManifest {
    const bytes = manifest instanceof Uint8Array ? manifest : new TextEncoder().encode(JSON.stringify(manifest));
    const stored = { bytes, mediaType, digest: digestOf(bytes) };
    this.manifests.set(stored.digest, stored);
    if (tag !== undefined) this.tags.set(tag, stored.digest);
    return stored;
  }

  pushBlob(content: object): { digest: string; size: number } {
    const bytes = new TextEncoder().encode(JSON.stringify(content));
    this.blobs.set(digestOf(bytes), bytes);
    return { digest: digestOf(bytes), size: bytes.length };
  }

  /** The stored manifest of a tag, parsed. */
  read(tag: string): unknown {
    const stored = this.manifests.get(this.tags.get(tag) ?? '');
    return stored && JSON.parse(new TextDecoder().decode(stored.bytes));
  }

  async #call(name: string, repository: string): Promise<void> {
    this.calls.push(name);
    await this.before(name);
    if (repository !== this.repository) throw new RepositoryNotFound(repository);
  }

  async readTags(repository: string, tags: readonly string[]): Promise<ReadonlyMap<string, StoredManifest>> {
    await this.#call(`readTags ${tags.join(' ')}`, repository);
    return new Map(
      tags.flatMap((tag) => {
        const stored = this.manifests.get(this.tags.get(tag) ?? '');
        return stored ? [[tag, stored] as const] : [];
      }),
    );
  }

  async readResourceTags(repository: string): Promise<ReadonlyMap<string, string>> {
    await this.#call('readResourceTags', repository);
    return this.resourceTags;
  }

  async readManifest(repository: string, digest: string): Promise<StoredManifest | undefined> {
    await this.#call('readManifest', repository);
    return this.manifests.get(digest);
  }

  async readManifests(repository: string, digests: readonly string[]): Promise<ManifestBatch> {
    await this.#call(`readManifests ${digests.length}`, repository);
    const manifests = new Map(
      digests.flatMap((digest) => {
        const stored = this.manifests.get(digest);
        return stored && !this.unread.has(digest) ? [[digest, stored] as const] : [];
      }),
    );
    return { manifests, unread: digests.filter((digest) => this.unread.has(digest)) };
  }

  /** Rows are in the order of their first tag, `pageSize` to a page. */
  async listManifests(repository: string, nextToken = '0'): Promise<ListPage> {
    await this.#call('listManifests', repository);
    const rows = new Map<string, string[]>();
    for (const [tag, digest] of [...this.tags].sort()) rows.set(digest, [...(rows.get(digest) ?? []), tag]);
    const from = Number(nextToken);
    const manifests = [...rows].slice(from, from + this.pageSize).map(([digest, tags]) => {
      const mediaType = this.manifests.get(digest)?.mediaType ?? '';
      return { digest, mediaType, tags, pushedAt: this.pushedAt.get(digest) ?? 0 };
    });
    return { manifests, ...(from + this.pageSize < rows.size ? { nextToken: `${from + this.pageSize}` } : {}) };
  }

  async readLifecyclePolicy(repository: string): Promise<LifecyclePolicy | NotUnderstood> {
    await this.#call('readLifecyclePolicy', repository);
    return this.lifecyclePolicy;
  }

  async listImages(repository: string): Promise<readonly RepositoryImage[] | undefined> {
    await this.#call('listImages', repository);
    if (this.hasTooManyImages) return undefined;
    const tagsOf = (digest: string) => [...this.tags].flatMap(([tag, named]) => (named === digest ? [tag] : []));
    return [...this.manifests.values()].map(({ digest, mediaType }) => {
      return {
        digest,
        mediaType,
        tags: tagsOf(digest),
        storageClass: 'standard',
        pushedAt: this.pushedAt.get(digest) ?? 0,
      };
    });
  }

  async readBlob(repository: string, digest: string, maxBytes: number): Promise<Uint8Array> {
    await this.#call('readBlob', repository);
    const blob = this.blobs.get(digest);
    if (!blob || blob.length > maxBytes) throw new Error(`no blob ${digest} of at most ${maxBytes} bytes`);
    return blob;
  }

  async deleteCompanions(repository: string, _source: string, tags: readonly string[]): Promise<readonly KeptTag[]> {
    await this.#call(`deleteCompanions ${tags.join(' ')}`, repository);
    for (const tag of tags) if (!this.kept.has(tag)) this.tags.delete(tag);
    return [...this.kept].map(([tag, why]) => ({ tag, why }));
  }

  async putManifest(repository: string, tag: string, manifest: StoredManifest): Promise<PutResult> {
    await this.#call(`putManifest ${tag}`, repository);
    if (this.putAnswer) return this.putAnswer;
    if (this.immutableTags.has(tag) && this.tags.has(tag)) return { kind: 'tag-immutable' };
    if (digestOf(manifest.bytes) !== manifest.digest)
      throw new Error(`put of ${tag} names ${manifest.digest}, its bytes hash otherwise`);
    this.manifests.set(manifest.digest, manifest);
    this.tags.set(tag, manifest.digest);
    return { kind: 'done' };
  }
}
