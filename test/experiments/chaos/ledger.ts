import { digestOf } from '../../../local/images/blob';
import type { Package } from '../../../local/images/package';
import { companionOf, type Demanded } from './kinds';

/** One source tag, as those who push know it. */
export interface TagHistory {
  readonly repository: string;
  readonly tag: string;
  /** What it names now; nothing after a delete. */
  readonly now?: { readonly digest: string; readonly demanded: Demanded; readonly companion?: string };
  /** The digests that its companion has rightly had so far. */
  readonly companions: ReadonlySet<string>;
}

/** What was done to the registry, told by those who did it: the registry's own state is compared with it. */
export class Ledger {
  readonly #tags = new Map<string, TagHistory>();
  /** Tag deletions. */
  deleted = 0;
  pushed = 0;

  get tags(): Iterable<TagHistory> {
    return this.#tags.values();
  }

  find(repository: string, tag: string): TagHistory | undefined {
    return this.#tags.get(`${repository}:${tag}`);
  }

  push(repository: string, tag: string, image: Package, demanded: Demanded): void {
    const digest = digestOf(image.top.text);
    const companion =
      demanded.companion === 'made'
        ? digestOf(companionOf(image, demanded.of))
        : demanded.companion === 'follows'
          ? digest
          : undefined;
    const companions = new Set(this.find(repository, tag)?.companions).add(companion ?? '');
    const now = { digest, demanded, ...(companion === undefined ? {} : { companion }) };
    this.#tags.set(`${repository}:${tag}`, { repository, tag, now, companions });
    this.pushed += 1;
  }

  delete(repository: string, tag: string): void {
    const { companions = new Set<string>() } = this.find(repository, tag) ?? {};
    this.#tags.set(`${repository}:${tag}`, { repository, tag, companions });
    this.deleted += 1;
  }
}
