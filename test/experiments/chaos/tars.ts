import { gunzipSync } from 'node:zlib';
import type { LocalAccount, ReceivedCall } from '../../../local/account/account';
import { DOCKER_MANIFEST } from '../../../local/ecr/media-types';
import { digestOf } from '../../../local/images/blob';
import type { Ledger } from './ledger';

/** What is inside the layers of each image that nobody pushed, and inside those that were uploaded. */
export class Tars {
  readonly #tars = new Map<string, string>();

  /** Pulls the layers and decompresses them. */
  static async read({ ecr, endpoint }: LocalAccount, ledger: Ledger, uploads: readonly ReceivedCall[]): Promise<Tars> {
    const tars = new Tars();
    for (const repository of ecr.repositories) {
      const { manifests } = ledger.pushedTo(repository);
      for (const { manifest } of ecr.images(repository)) {
        if (manifest.mediaType !== DOCKER_MANIFEST || manifests.has(manifest.digest)) continue;
        for (const { digest } of manifest.layers) await tars.#read(endpoint, repository, digest);
      }
    }
    for (const { repository = '', layer = '' } of uploads) await tars.#read(endpoint, repository, layer);
    return tars;
  }

  /** @returns the digest of the tar, or nothing if the repository doesn't have the layer */
  of(repository: string, layer: string): string | undefined {
    return this.#tars.get(`${repository}@${layer}`);
  }

  async #read(endpoint: string, repository: string, layer: string): Promise<void> {
    if (this.of(repository, layer)) return;
    const response = await fetch(`${endpoint}/v2/${repository}/blobs/${layer}`);
    if (response.status === 404) return;
    this.#tars.set(`${repository}@${layer}`, tarIn(Buffer.from(await response.arrayBuffer())));
  }
}

function tarIn(layer: Buffer): string {
  try {
    return digestOf(gunzipSync(layer));
  } catch (error) {
    return `not gzip: ${error}`;
  }
}
