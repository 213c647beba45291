import { digestOf } from '../../../local/images/blob';
import type { Package } from '../../../local/images/package';
import { type Companion, companionFor, type Demanded, tarsToRecompress } from './companion';

/** One source tag, as those who push know it. */
export interface TagHistory {
  readonly repository: string;
  readonly tag: string;
  /** What it names now; nothing after a delete. */
  readonly now?: { readonly digest: string; readonly demanded: Demanded; readonly companion?: Companion };
  /** What its companion has rightly been so far. */
  readonly companions: readonly Companion[];
}

/** The digests of what was pushed to a repository. */
export interface Pushed {
  /** With or without a tag. */
  readonly manifests: Set<string>;
  /** Of layers that have to be recompressed. */
  readonly tars: Set<string>;
}

/** What was done to the registry, told by those who did it: the registry's own state is compared with it. */
export class Ledger {
  readonly #tags = new Map<string, TagHistory>();
  readonly #pushed = new Map<string, Pushed>();
  /** Tag deletions. */
  deleted = 0;
  pushed = 0;

  get tags(): Iterable<TagHistory> {
    return this.#tags.values();
  }

  find(repository: string, tag: string): TagHistory | undefined {
    return this.#tags.get(`${repository}:${tag}`);
  }

  pushedTo(repository: string): Pushed {
    const pushed = this.#pushed.get(repository) ?? { manifests: new Set(), tars: new Set() };
    this.#pushed.set(repository, pushed);
    return pushed;
  }

  push(repository: string, tag: string, image: Package, demanded: Demanded): void {
    const digest = digestOf(image.top.text);
    const companion = companionFor(image, demanded);
    const companions = [...(this.find(repository, tag)?.companions ?? []), ...(companion ? [companion] : [])];
    const now = { digest, demanded, ...(companion ? { companion } : {}) };
    const pushed = this.pushedTo(repository);
    for (const tar of tarsToRecompress(image, demanded)) pushed.tars.add(tar);
    for (const { text } of [...image.children, image.top]) pushed.manifests.add(digestOf(text));
    this.#tags.set(`${repository}:${tag}`, { repository, tag, now, companions });
    this.pushed += 1;
  }

  delete(repository: string, tag: string): void {
    const { companions = [] } = this.find(repository, tag) ?? {};
    this.#tags.set(`${repository}:${tag}`, { repository, tag, companions });
    this.deleted += 1;
  }
}
