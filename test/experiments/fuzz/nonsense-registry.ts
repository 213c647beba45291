import type { Registry, StoredManifest } from '../../../lambda/core/registry';
import { OCI } from '../../support/manifests';
import { Finding } from './finding';
import type { Input } from './inputs';
import { digestOf, encode, pick, type Random } from './random';

export class Nonsense extends Error {}

/** Answers with what the index names, or with something else, or not at all. */
export function nonsenseRegistry(
  random: Random,
  { bytes, mediaType = '', below }: Input,
): Registry & { calls: number } {
  const honest = random(4) > 0;
  const anything = (digest: string): StoredManifest | undefined =>
    pick<() => StoredManifest | undefined>(random, [
      () => undefined,
      () => ({ bytes, digest: digestOf(bytes), mediaType }),
      () => ({ bytes, digest, mediaType: OCI.index }),
      () => ({ bytes: new Uint8Array(), digest: '', mediaType: '' }),
      () => {
        throw new Nonsense();
      },
    ])();
  return {
    calls: 0,
    async readTags() {
      throw new Finding('desiredCompanions read a tag');
    },
    async readResourceTags() {
      throw new Finding('desiredCompanions read resource tags');
    },
    async readManifest(_, digest) {
      this.calls += 1;
      return (honest ? below.get(digest) : undefined) ?? anything(digest);
    },
    async readBlob() {
      this.calls += 1;
      const blobs = ['{"os":"linux","architecture":"amd64"}', '{"os":"linux","architecture":"arm64"}', '{', '', '[]'];
      if (random(9) === 0) throw new Nonsense();
      return random(3) > 0 ? encode(pick(random, blobs)) : bytes;
    },
    async deleteCompanions() {
      throw new Finding('desiredCompanions deleted a tag');
    },
    async putManifest() {
      throw new Finding('desiredCompanions put a manifest');
    },
  };
}
