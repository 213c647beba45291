import type { LocalEcr } from '../../../local';
import { digestOf } from '../../../local/images/blob';
import type { Package } from '../../../local/images/package';
import { companionOf } from '../chaos/companion';

interface Companion {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** The companions that must exist in the end. */
export class Companions {
  readonly #expected: Companion[] = [];

  get count(): number {
    return this.#expected.length;
  }

  expect(repository: string, sourceTag: string, image: Package): void {
    const digest = digestOf(companionOf(image, 'top'));
    this.#expected.push({ repository, tag: `${sourceTag}-dockerv2`, digest });
  }

  missingIn(ecr: LocalEcr): number {
    const tags = new Map(ecr.repositories.map((repository) => [repository, ecr.tags(repository)]));
    return this.#expected.filter(({ repository, tag, digest }) => tags.get(repository)?.get(tag) !== digest).length;
  }
}
