import { isRecompressionCurrent } from '../layers/plan';
import { type ImageManifest, manifestOf } from '../manifest/manifest';
import { Refusal } from '../reasons';
import type { Registry, StoredManifest, TaggedManifest } from '../registry';
import type { DesiredCompanion, RecompressedCompanion } from './desired-state';
import type { RecompressedLayers } from './outcome';
import type { CompanionPlan } from './plan';
import { verified } from './verified-read';

export interface RecompressedImage {
  readonly manifest: StoredManifest;
  readonly recompressed: RecompressedLayers;
}

/** Makes the layers that an image has no Docker form without. A repair that has no recompressor leaves such an image to one that has. */
export interface Recompressor {
  /** @returns why it can't be done, if it never will be */
  recompress(repository: string, image: ImageManifest): Promise<RecompressedImage | Refusal>;
}

/** Finds out what the companions that need a recompression should name. For one source tag. */
export class RecompressionResolver {
  readonly #results = new Map<RecompressedCompanion, RecompressedImage | Refusal>();

  constructor(
    readonly registry: Registry,
    readonly repository: string,
    readonly recompressor: Recompressor | undefined,
  ) {}

  /**
   * @param plans of one source, the same objects each time, so that each image is recompressed once
   * @param companions what the companion tags name now
   * @returns the plans, of which those are still to be recompressed that are left to another repair
   */
  async resolve(
    plans: readonly CompanionPlan[],
    companions: ReadonlyMap<string, TaggedManifest>,
  ): Promise<readonly CompanionPlan[]> {
    const resolved: CompanionPlan[] = [];
    for (const { tag, desired } of plans)
      resolved.push({ tag, desired: await this.resolveOne(desired, companions.get(tag)) });
    return resolved;
  }

  /** @param companion what the companion tag names now */
  async resolveOne(desired: DesiredCompanion, companion: TaggedManifest | undefined): Promise<DesiredCompanion> {
    if (desired.kind !== 'recompressed') return desired;
    const { image, platform, droppedFields } = desired;
    const named = (found: { readonly manifest: StoredManifest; readonly recompressed?: RecompressedLayers }) =>
      ({
        kind: 'manifest',
        by: 'converted',
        droppedFields,
        ...(platform ? { platform } : {}),
        ...found,
      }) as const;
    const earlier = this.#results.get(desired);
    // Builds of zlib differ in the bytes that they write, so a companion that says the same in other bytes stays.
    const current = companion && (await this.#ifCurrent(image, companion));
    if (current) return named(earlier instanceof Refusal ? { manifest: current } : { ...earlier, manifest: current });
    if (!this.recompressor) return desired;
    const result = earlier ?? (await this.recompressor.recompress(this.repository, image));
    this.#results.set(desired, result);
    return result instanceof Refusal ? { kind: 'refused', refusal: result } : named(result);
  }

  async #ifCurrent(source: ImageManifest, companion: TaggedManifest): Promise<StoredManifest | undefined> {
    const stored = await verified(this.registry, this.repository, companion);
    if (stored instanceof Refusal) return undefined;
    const manifest = manifestOf(stored);
    const isImage = !(manifest instanceof Refusal) && manifest.kind === 'image';
    return isImage && isRecompressionCurrent(source, manifest) ? stored : undefined;
  }
}
