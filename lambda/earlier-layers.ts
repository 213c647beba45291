import type { Inventory, ListedManifest } from './core/audit/inventory';
import { skipReasonOfTag } from './core/companion/companion-tag';
import type { Policy } from './core/companion/policy';
import { RegistryRefusal, TransientFailure } from './core/errors';
import { LayerRefused } from './core/layers/layer-refused';
import type { LayerStore } from './core/layers/layer-store';
import { isGzipOf } from './core/layers/verify';
import type { Descriptor } from './core/manifest/descriptor';
import { diffIdsOf } from './core/manifest/image-config';
import { type ImageManifest, MAX_MANIFEST_BYTES, manifestOf } from './core/manifest/manifest';
import { DOCKER_MANIFEST, GZIP_DOCKER_LAYER } from './core/manifest/media-types';
import { Refusal } from './core/reasons';

/** A layer as a manifest names it. */
export type GzipLayer = Pick<Descriptor, 'digest' | 'size'>;

/** The newest companions, which most likely have the base of a new image. Each costs a read of its config. */
const MAX_COMPANIONS = 20;

/** A record that ECR can't read is as good as none, and must not be an outcome of the image that looks for one: its layers are made again. */
async function unlessUnreadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const isUnreadable = [RegistryRefusal, TransientFailure, LayerRefused].some((kind) => error instanceof kind);
    if (isUnreadable) return undefined;
    throw error;
  }
}

/** What this process recompressed itself, so that it need not be verified again. */
export class FinishedLayers {
  readonly #layers = new Map<string, GzipLayer>();

  get(repository: string, diffId: string): GzipLayer | undefined {
    return this.#layers.get(`${repository}@${diffId}`);
  }

  set(repository: string, diffId: string, layer: GzipLayer): void {
    this.#layers.set(`${repository}@${diffId}`, layer);
  }
}

export interface EarlierLayersOptions {
  readonly registry: Inventory;
  readonly layers: LayerStore;
  readonly policy: Policy;
  readonly finished: FinishedLayers;
  readonly maxLayerBytes: number;
}

/**
 * Finds the gzip layers that a repository has of tars that were recompressed before. Its companions are the record: the config of one names
 * the tar of each of its layers. docs/adr/0008-companions-record-recompressed-layers.md says why. Anyone who may push can write a record, so
 * a layer that this process did not make is read and hashed before it is believed.
 */
export class EarlierLayers {
  constructor(readonly options: EarlierLayersOptions) {}

  /** @returns by diff_id, those that the repository has */
  async find(
    repository: string,
    diffIds: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, GzipLayer>> {
    const { finished } = this.options;
    const known = new Map(
      diffIds.flatMap((diffId) => {
        const layer = finished.get(repository, diffId);
        return layer ? [[diffId, layer] as const] : [];
      }),
    );
    const own = await this.#available(repository, known);
    const missing = diffIds.filter((diffId) => !own.has(diffId));
    if (missing.length === 0) return own;
    const recorded = await unlessUnreadable(() => this.#recorded(repository, missing));
    const verified = new Map(own);
    for (const [diffId, layer] of await this.#available(repository, recorded ?? new Map())) {
      const { layers, maxLayerBytes: maxTarBytes } = this.options;
      const { digest, size } = layer;
      const bytes = layers.read(repository, digest, size);
      if (!(await unlessUnreadable(() => isGzipOf(bytes, { size, diffId, maxTarBytes }, signal)))) continue;
      finished.set(repository, diffId, layer);
      verified.set(diffId, layer);
    }
    return verified;
  }

  async #available(repository: string, found: ReadonlyMap<string, GzipLayer>): Promise<ReadonlyMap<string, GzipLayer>> {
    if (found.size === 0) return found;
    const digests = [...new Set([...found.values()].map(({ digest }) => digest))];
    const available = await this.options.layers.available(repository, digests);
    return new Map([...found].filter(([, { digest }]) => available.has(digest)));
  }

  async #recorded(repository: string, diffIds: readonly string[]): Promise<ReadonlyMap<string, GzipLayer>> {
    const found = new Map<string, GzipLayer>();
    const configs = new Set<string>();
    for (const manifest of await this.#newestCompanions(repository)) {
      if (diffIds.every((diffId) => found.has(diffId))) break;
      if (configs.has(manifest.config.digest)) continue;
      configs.add(manifest.config.digest);
      const recorded = await this.#layersOf(repository, manifest);
      for (const diffId of diffIds) {
        const layer = recorded.get(diffId);
        if (layer && !found.has(diffId)) found.set(diffId, layer);
      }
    }
    return found;
  }

  async #newestCompanions(repository: string): Promise<readonly ImageManifest[]> {
    const { registry, policy } = this.options;
    const isCompanion = ({ mediaType, tags }: ListedManifest) =>
      mediaType === DOCKER_MANIFEST &&
      tags.some((tag) => skipReasonOfTag(tag, policy.companionTag) === 'companion-tag');
    let newest: readonly ListedManifest[] = [];
    let nextToken: string | undefined;
    do {
      const page = await registry.listManifests(repository, nextToken);
      newest = [...newest, ...page.manifests.filter(isCompanion)]
        .sort((one, other) => other.pushedAt - one.pushedAt)
        .slice(0, MAX_COMPANIONS);
      nextToken = page.nextToken;
    } while (nextToken);
    if (newest.length === 0) return [];
    const digests = newest.map(({ digest }) => digest);
    const { manifests } = await registry.readManifests(repository, digests);
    return digests.flatMap((digest) => {
      const stored = manifests.get(digest);
      const manifest = stored && manifestOf(stored);
      return manifest && !(manifest instanceof Refusal) && manifest.kind === 'image' ? [manifest] : [];
    });
  }

  /** The gzip layers of an image by the diff_ids that its config names. A config that can't be read names none. */
  async #layersOf(repository: string, { config, layers }: ImageManifest): Promise<ReadonlyMap<string, GzipLayer>> {
    if (config.size > MAX_MANIFEST_BYTES) return new Map();
    const bytes = await unlessUnreadable(() =>
      this.options.registry.readBlob(repository, config.digest, MAX_MANIFEST_BYTES),
    );
    const diffIds = bytes && diffIdsOf(bytes);
    if (!diffIds || diffIds instanceof Refusal || diffIds.length !== layers.length) return new Map();
    return new Map(
      layers.flatMap(({ mediaType, digest, size }, at) =>
        mediaType === GZIP_DOCKER_LAYER ? [[diffIds[at] ?? '', { digest, size }] as const] : [],
      ),
    );
  }
}
