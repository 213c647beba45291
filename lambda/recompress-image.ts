import type { Inventory } from './core/audit/inventory';
import type { Policy } from './core/companion/policy';
import type { RecompressedImage, Recompressor } from './core/companion/recompressor';
import { RegistryRefusal } from './core/errors';
import { LayerRefused } from './core/layers/layer-refused';
import type { LayerStore } from './core/layers/layer-store';
import { type LayerToRecompress, planRecompression, recompressedManifest } from './core/layers/plan';
import { recompress } from './core/layers/recompress';
import { digestOf } from './core/manifest/digest';
import { type ImageManifest, MAX_MANIFEST_BYTES } from './core/manifest/manifest';
import { DOCKER_MANIFEST } from './core/manifest/media-types';
import { Refusal, SKIP_REASONS } from './core/reasons';
import { EarlierLayers, type FinishedLayers, type GzipLayer } from './earlier-layers';

export interface LayerRecompressorOptions {
  readonly registry: Inventory & { isOptedOut(repository: string): Promise<boolean> };
  readonly layers: LayerStore;
  readonly policy: Policy;
  /** Of one layer's uncompressed tar. */
  readonly maxLayerBytes: number;
  /** Of this machine. */
  readonly cores: number;
  /** What this process has done so far. */
  readonly finished: FinishedLayers;
  /** An image that takes longer is refused. @default no limit */
  readonly limitMs?: number;
  /** Follows the compressed bytes. @default nobody */
  readonly observer?: RecompressionObserver;
}

export interface RecompressionObserver {
  /** @param bytes that will be read; none if the repository has all layers already */
  begin(bytes: number): void;
  read(bytes: number): void;
}

/**
 * A thread that compresses waits for the main thread between two chunks. With one layer for each core, cores idle for a quarter of the time:
 * `npm run bench:layers` measures it.
 */
const LAYERS_PER_CORE = 2;
/** Each takes a zstd window of 128 MiB at most, and the part that is being uploaded. */
const MOST_LAYERS_AT_A_TIME = 8;

/** @returns how many layers of an image to recompress at a time */
export const layersAtATime = (cores: number): number => Math.min(LAYERS_PER_CORE * cores, MOST_LAYERS_AT_A_TIME);

/** The layers of one image that are being made. */
interface Progress {
  readonly image: ImageManifest;
  readonly began: number;
  readonly read: Map<number, number>;
  /** By index. */
  readonly gzip: Map<number, GzipLayer>;
  made: number;
}

/** Makes gzip layers of those that Docker V2 Schema 2 has no type for, once for each repository. */
export class LayerRecompressor implements Recompressor {
  readonly #options: LayerRecompressorOptions;
  readonly #earlier: EarlierLayers;

  constructor(options: LayerRecompressorOptions) {
    this.#options = options;
    this.#earlier = new EarlierLayers(options);
  }

  async recompress(repository: string, image: ImageManifest): Promise<RecompressedImage | Refusal> {
    // Otherwise the put would be denied, when all the work is done.
    if (await this.#options.registry.isOptedOut(repository))
      throw new RegistryRefusal('opted-out', SKIP_REASONS['opted-out']);
    const { digest, size } = image.config;
    if (size > MAX_MANIFEST_BYTES)
      return new Refusal('bad-field', `the config has ${size} bytes, the limit is ${MAX_MANIFEST_BYTES}`);
    const config = await this.#options.registry.readBlob(repository, digest, MAX_MANIFEST_BYTES);
    const plan = planRecompression(image, config);
    if (plan instanceof Refusal) return plan;
    const progress: Progress = { image, began: Date.now(), read: new Map(), gzip: new Map(), made: 0 };
    const refusal = await this.#withinLimit(progress, plan, (signal) => this.#make(repository, plan, progress, signal));
    if (refusal) return refusal;
    const bytes = recompressedManifest(image, progress.gzip);
    return {
      manifest: { digest: digestOf(bytes), mediaType: DOCKER_MANIFEST, bytes },
      recompressed: {
        layers: progress.made,
        bytes: [...progress.read.values()].reduce((sum, read) => sum + read, 0),
        seconds: Math.round((Date.now() - progress.began) / 1000),
      },
    };
  }

  /** A layer that this process can't finish, no other can: the message would come back, time after time. */
  async #withinLimit(
    { began, read }: Progress,
    plan: readonly LayerToRecompress[],
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<Refusal | undefined> {
    const { limitMs } = this.#options;
    const abort = new AbortController();
    let late: Refusal | undefined;
    const onLate = () => {
      const layers = plan.map(
        ({ index, descriptor }) => `${read.get(index) ?? 0} of ${descriptor.size} of $.layers[${index}]`,
      );
      const seconds = Math.round((Date.now() - began) / 1000);
      late = new Refusal(
        'layer-too-large',
        `after ${seconds} seconds, these bytes were recompressed: ${layers.join(', ')}`,
      );
      abort.abort(late);
    };
    const timer = limitMs === undefined ? undefined : setTimeout(onLate, limitMs);
    try {
      await work(abort.signal);
      return undefined;
    } catch (error) {
      if (late) return late;
      if (error instanceof LayerRefused) return new Refusal(error.reason, error.detail);
      throw error;
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
  }

  async #make(
    repository: string,
    plan: readonly LayerToRecompress[],
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    // An image can have a layer several times.
    const byDiffId = new Map(plan.map(({ diffId }) => [diffId, plan.filter((layer) => layer.diffId === diffId)]));
    const earlier = await this.#earlier.find(repository, [...byDiffId.keys()], signal);
    const finish = (diffId: string, layer: GzipLayer) => {
      for (const { index } of byDiffId.get(diffId) ?? []) progress.gzip.set(index, layer);
    };
    for (const [diffId, layer] of earlier) finish(diffId, layer);
    const open = [...byDiffId].flatMap(([diffId, [first]]) => (first && !earlier.has(diffId) ? [first] : []));
    this.#options.observer?.begin(open.reduce((sum, { descriptor }) => sum + descriptor.size, 0));
    // The largest first, so that the cores end together.
    open.sort((one, other) => other.descriptor.size - one.descriptor.size);
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const work = async () => {
      for (let layer = open.shift(); layer && !either.aborted; layer = open.shift()) {
        finish(layer.diffId, await this.#makeOne(repository, layer, progress, either));
        progress.made += 1;
      }
    };
    const results = await Promise.allSettled(
      Array.from({ length: Math.min(layersAtATime(this.#options.cores), open.length) }, () =>
        work().catch((error: unknown) => {
          failed.abort(error);
          throw error;
        }),
      ),
    );
    // The others fail because of the first.
    if (failed.signal.aborted) throw failed.signal.reason;
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    signal.throwIfAborted();
  }

  async #makeOne(
    repository: string,
    { index, descriptor, compression, diffId }: LayerToRecompress,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<GzipLayer> {
    const { layers, maxLayerBytes, observer, finished } = this.#options;
    const blob = counted(layers.read(repository, descriptor.digest, descriptor.size), (bytes) => {
      progress.read.set(index, (progress.read.get(index) ?? 0) + bytes);
      observer?.read(bytes);
    });
    const { gzip, result } = recompress(blob, { compression, diffId, maxTarBytes: maxLayerBytes, signal });
    const digest = result.then((made) => made.digest);
    // It fails with the stream, which is what the upload sees first.
    digest.catch(() => {});
    await layers.upload(repository, gzip, digest);
    const made = await result;
    const layer = { digest: made.digest, size: made.size };
    finished.set(repository, diffId, layer);
    return layer;
  }
}

async function* counted(blob: AsyncIterable<Uint8Array>, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of blob) {
    count(chunk.length);
    yield chunk;
  }
}
