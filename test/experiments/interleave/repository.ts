import { RepositoryNotFound } from '../../../lambda/core/errors';
import type { KeptTag, PutResult, StoredManifest } from '../../../lambda/core/registry';
import { digestOfText } from '../../support/manifests';
import { BLOBS, MANIFESTS } from './images';

export const REPOSITORY = 'team/app';

/** One repair of one message: a message that fails or whose repair dies is delivered again. */
export interface Delivery {
  readonly id: string;
  readonly tag: string;
  reads: number;
  puts: number;
}

export interface CompanionPut {
  readonly delivery: Delivery;
  readonly tag: string;
  readonly digest: string;
}

/** The reference model: tags that people move and the service may, where each call takes effect at one instant. */
export class Repository {
  readonly tags = new Map<string, string>();
  /** Every digest that a source tag ever named. */
  readonly sources = new Map<string, Set<string>>();
  /** Every digest that a person put under a companion tag. */
  readonly overwritten = new Map<string, Set<string>>();
  readonly puts: CompanionPut[] = [];
  /** Tags that the service deleted, whether or not they were there. */
  readonly deletions: { readonly delivery: Delivery; readonly tag: string }[] = [];
  /** Whose read of a source tag came last. */
  readonly lastReader = new Map<string, Delivery>();
  readonly #made = new Map<string, StoredManifest>();

  constructor(readonly isImmutable: (tag: string) => boolean) {}

  /** @returns whether the tag moved: ECR sends no event for a push of what is there already */
  push(tag: string, digest: string): boolean {
    remember(this.sources, tag, digest);
    if (this.tags.get(tag) === digest) return false;
    this.tags.set(tag, digest);
    return true;
  }

  overwrite(tag: string, digest: string): void {
    if (this.isImmutable(tag) && this.tags.has(tag)) return;
    remember(this.overwritten, tag, digest);
    this.tags.set(tag, digest);
  }

  readTags(delivery: Delivery, repository: string, tags: readonly string[]): ReadonlyMap<string, StoredManifest> {
    mustExist(repository);
    delivery.reads += 1;
    if (tags.includes(delivery.tag)) this.lastReader.set(delivery.tag, delivery);
    return new Map(
      tags.flatMap((tag) => {
        const manifest = this.manifest(this.tags.get(tag));
        return manifest ? [[tag, manifest] as const] : [];
      }),
    );
  }

  readManifest(repository: string, digest: string): StoredManifest | undefined {
    mustExist(repository);
    return this.manifest(digest);
  }

  readBlob(repository: string, digest: string): Uint8Array {
    mustExist(repository);
    const blob = BLOBS.get(digest);
    if (!blob) throw new Error(`no blob ${digest}`);
    return blob;
  }

  put(delivery: Delivery, repository: string, tag: string, manifest: StoredManifest): PutResult {
    mustExist(repository);
    delivery.puts += 1;
    if (digestOfText(new TextDecoder().decode(manifest.bytes)) !== manifest.digest)
      return { kind: 'refused', reason: 'digest-mismatch', detail: manifest.digest };
    if (this.isImmutable(tag) && this.tags.has(tag) && this.tags.get(tag) !== manifest.digest)
      return { kind: 'tag-immutable' };
    this.puts.push({ delivery, tag, digest: manifest.digest });
    this.#made.set(manifest.digest, manifest);
    this.tags.set(tag, manifest.digest);
    return { kind: 'done' };
  }

  deleteTags(delivery: Delivery, repository: string, tags: readonly string[]): readonly KeptTag[] {
    mustExist(repository);
    for (const tag of tags) {
      this.deletions.push({ delivery, tag });
      this.tags.delete(tag);
    }
    return [];
  }

  manifest(digest = ''): StoredManifest | undefined {
    return MANIFESTS.get(digest) ?? this.#made.get(digest);
  }
}

function remember(map: Map<string, Set<string>>, tag: string, digest: string): void {
  map.set(tag, (map.get(tag) ?? new Set()).add(digest));
}

function mustExist(repository: string): void {
  if (repository !== REPOSITORY) throw new RepositoryNotFound(repository);
}
