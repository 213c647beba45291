import { gunzipSync } from 'node:zlib';
import type { LocalAccount } from '../../../local/account/account';
import { DOCKER_MANIFEST } from '../../../local/ecr/media-types';
import { digestOf } from '../../../local/images/blob';
import { RegistryClient } from '../../../local/images/registry-client';
import type { FunctionCalls } from './function-calls';
import type { Ledger } from './ledger';

/** What is inside the layers of each image that nobody pushed, and inside those that were uploaded: by repository and layer, the digest of the tar. */
export type Tars = ReadonlyMap<string, string>;

export const keyOf = (repository: string, layer: string): string => `${repository}@${layer}`;

/** Pulls the layers of companions, and decompresses them. */
export async function readTars({ ecr, endpoint }: LocalAccount, ledger: Ledger, calls: FunctionCalls): Promise<Tars> {
  const registry = new RegistryClient(endpoint);
  const tars = new Map<string, string>();
  const read = async (repository: string, layer: string) => {
    const key = keyOf(repository, layer);
    if (!tars.has(key)) tars.set(key, tarIn(await registry.blob(repository, layer)));
  };
  for (const repository of ecr.repositories) {
    const { manifests } = ledger.pushedTo(repository);
    for (const { manifest } of ecr.images(repository)) {
      if (manifest.mediaType !== DOCKER_MANIFEST || manifests.has(manifest.digest)) continue;
      for (const { digest } of manifest.layers) await read(repository, digest);
    }
  }
  for (const { repository = '', layer = '' } of calls.uploads) await read(repository, layer);
  return tars;
}

function tarIn(layer: Buffer): string {
  try {
    return digestOf(gunzipSync(layer));
  } catch (error) {
    return `not gzip: ${error}`;
  }
}
