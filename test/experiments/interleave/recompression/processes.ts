import { gunzipSync, gzipSync } from 'node:zlib';
import type { Inventory } from '../../../../lambda/core/audit/inventory';
import type { Policy } from '../../../../lambda/core/companion/policy';
import type { RecompressedImage, Recompressor } from '../../../../lambda/core/companion/recompressor';
import type { LayerStore } from '../../../../lambda/core/layers/layer-store';
import { digestOf } from '../../../../lambda/core/manifest/digest';
import type { ImageManifest } from '../../../../lambda/core/manifest/manifest';
import { Refusal } from '../../../../lambda/core/reasons';
import type { FinishedLayers } from '../../../../lambda/earlier-layers';
import { LayerRecompressor } from '../../../../lambda/recompress-image';
import type { LayeredRepository } from '../../../support/fake-layers';

/** What a process calls, so that a test can take turns, and break it. */
export interface Ports {
  readonly registry: Inventory & { isOptedOut(repository: string): Promise<boolean> };
  readonly layers: LayerStore;
}

/** Runs before and after the calls of one process whose order matters. */
export type AroundCall = <T>(name: string, effect: () => Promise<T>) => Promise<T>;

/** The repository as one process sees it. What reads only content by its digest commutes with everything, and takes no turn. */
export function portsOf({ registry, layers }: LayeredRepository, around: AroundCall): Ports {
  return {
    registry: {
      readTags: (...call) => around('readTags', () => registry.readTags(...call)),
      readResourceTags: (...call) => registry.readResourceTags(...call),
      readManifest: (...call) => registry.readManifest(...call),
      readManifests: (...call) => registry.readManifests(...call),
      readBlob: (...call) => registry.readBlob(...call),
      isOptedOut: (...call) => registry.isOptedOut(...call),
      listManifests: (...call) => around('listManifests', () => registry.listManifests(...call)),
      readLifecyclePolicy: (...call) => registry.readLifecyclePolicy(...call),
      listImages: (...call) => registry.listImages(...call),
      deleteCompanions: (...call) => around('deleteCompanions', () => registry.deleteCompanions(...call)),
      putManifest: (...call) => around('putManifest', () => registry.putManifest(...call)),
    },
    layers: {
      read: (repository, digest) => layers.read(repository, digest),
      available: (...call) => around('available', () => layers.available(...call)),
      upload: async (repository, bytes, digest) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of bytes) chunks.push(chunk);
        const made = await digest;
        const again = (async function* () {
          yield* chunks;
        })();
        await around('upload', () => layers.upload(repository, again, Promise.resolve(made)));
      },
    },
  };
}

/** @param finished what the process remembers */
export const recompressorOf = ({ registry, layers }: Ports, policy: Policy, finished: FinishedLayers): Recompressor =>
  new LayerRecompressor({
    registry,
    layers,
    policy,
    maxLayerBytes: policy.recompression?.maxLayerBytes ?? 0,
    cores: 1,
    finished,
  });

interface DockerText {
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

/** Another build of zlib, as a newer runtime has it: it makes other bytes of the same tars. */
export class OtherZlib implements Recompressor {
  constructor(
    readonly recompressor: Recompressor,
    readonly layers: Map<string, Uint8Array>,
  ) {}

  async recompress(repository: string, image: ImageManifest): Promise<RecompressedImage | Refusal> {
    const made = await this.recompressor.recompress(repository, image);
    if (made instanceof Refusal) return made;
    const own = new Set(image.layers.map(({ digest }) => digest));
    const text: DockerText = JSON.parse(new TextDecoder().decode(made.manifest.bytes));
    const layers = text.layers.map((layer) =>
      own.has(layer.digest) ? layer : { ...layer, ...this.#again(layer.digest) },
    );
    const bytes = new TextEncoder().encode(JSON.stringify({ ...text, layers }));
    return { ...made, manifest: { ...made.manifest, bytes, digest: digestOf(bytes) } };
  }

  #again(digest: string): { readonly digest: string; readonly size: number } {
    const bytes = gzipSync(gunzipSync(this.layers.get(digest) ?? ''), { level: 9 });
    this.layers.set(digestOf(bytes), bytes);
    return { digest: digestOf(bytes), size: bytes.length };
  }
}
