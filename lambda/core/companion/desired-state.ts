import { conversionAfterRecompression, layersToRecompress } from '../layers/plan';
import { isDocker, toDocker } from '../manifest/convert';
import { quote } from '../manifest/json-path';
import { type ImageIndex, type ImageManifest, type Manifest, manifestOf } from '../manifest/manifest';
import { compressionToReplace } from '../manifest/media-types';
import { formatPlatform, type Platform } from '../manifest/platform';
import { Refusal, type SkipReason } from '../reasons';
import type { Registry, StoredManifest } from '../registry';
import type { RecompressedLayers } from './outcome';
import { describePlatforms, PlatformSelector } from './platform-selector';
import type { Policy } from './policy';

interface ManifestToName {
  readonly manifest: StoredManifest;
  readonly by: 'converted' | 'aliased';
  readonly platform?: string;
  readonly droppedFields: readonly string[];
  /** What it took to make the manifest, if layers had to be recompressed for it. */
  readonly recompressed?: RecompressedLayers;
}

/** The companion names an image whose layers must be recompressed: its manifest isn't known before. */
export interface RecompressedCompanion {
  readonly kind: 'recompressed';
  readonly image: ImageManifest;
  /** What Docker V2 Schema 2 has no type for. */
  readonly why: Refusal;
  readonly platform?: string;
  readonly droppedFields: readonly string[];
}

/** What one companion tag should name, given what its source tag names now. */
export type DesiredCompanion =
  | (ManifestToName & { readonly kind: 'manifest' })
  /** Keep in sync if it exists; don't create it. */
  | (ManifestToName & {
      readonly kind: 'if-present';
      readonly skip: SkipReason;
      readonly detail: string;
      /** Why it isn't known whether to create it. */
      readonly refusal?: Refusal;
    })
  /** Nothing: a companion that exists is out of date. Without a `skip` there is nothing to report either. */
  | { readonly kind: 'none'; readonly skip?: SkipReason; readonly detail: string }
  | RecompressedCompanion
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** @returns one for each platform of the policy, in its order */
export async function desiredCompanions(
  registry: Registry,
  repository: string,
  source: StoredManifest,
  policy: Policy,
): Promise<readonly [DesiredCompanion, ...DesiredCompanion[]]> {
  const [first, ...further] = policy.platforms;
  const manifest = manifestOf(source);
  if (manifest instanceof Refusal || manifest.kind !== 'index')
    return [desiredOf(manifest, source, policy), ...further.map(() => ONLY_OF_AN_INDEX)];
  const refusedPlatforms = policy.refusedSettings?.get('platforms');
  if (refusedPlatforms) return [refused(refusedPlatforms)];
  const selector = new PlatformSelector(registry, repository, manifest.children);
  const desired: [DesiredCompanion, ...DesiredCompanion[]] = [await desiredOfPlatform(selector, first, true, policy)];
  for (const platform of further) desired.push(await desiredOfPlatform(selector, platform, false, policy));
  return desired;
}

const none = (skip: SkipReason, detail: string): DesiredCompanion => ({ kind: 'none', skip, detail });
const refused = (refusal: Refusal): DesiredCompanion => ({ kind: 'refused', refusal });
const alias = (manifest: StoredManifest) => ({ manifest, by: 'aliased', droppedFields: [] }) as const;

const ONLY_OF_AN_INDEX: DesiredCompanion = { kind: 'none', detail: 'the tag no longer names an index' };

function desiredOf(
  manifest: Exclude<Manifest, ImageIndex> | Refusal,
  stored: StoredManifest,
  policy: Policy,
): DesiredCompanion {
  if (manifest instanceof Refusal) return refused(manifest);
  switch (manifest.kind) {
    case 'artifact':
      return none('artifact', `the manifest is an artifact of type ${quote(manifest.artifactType)}`);
    case 'build-cache':
      return none('build-cache', 'the manifest is a BuildKit cache');
    case 'image':
      return isDocker(manifest) && !needsRecompression(manifest, policy)
        ? desiredOfDocker(stored, policy)
        : converted(manifest, policy);
  }
}

function desiredOfDocker(stored: StoredManifest, { companionFor, refusedSettings }: Policy): DesiredCompanion {
  const refusal = refusedSettings?.get('companion-for');
  if (companionFor === 'every-tag' && !refusal) return { kind: 'manifest', ...alias(stored) };
  const detail = 'the image is Docker V2 Schema 2 already';
  return { kind: 'if-present', ...alias(stored), skip: 'already-docker', detail, ...(refusal ? { refusal } : {}) };
}

function converted(image: ImageManifest, policy: Policy): DesiredCompanion {
  const conversion = toDocker(image, policy.uncompressedLayers);
  if (!(conversion instanceof Refusal)) return { kind: 'manifest', by: 'converted', ...conversion };
  return recompressed(image, conversion, policy);
}

/** A Docker manifest can name zstd layers by a type that no specification has. */
const needsRecompression = (image: ImageManifest, { recompression, refusedSettings }: Policy): boolean =>
  (recompression !== undefined || refusedSettings?.has('recompress-layers') === true) &&
  image.layers.some(({ mediaType }) => compressionToReplace(mediaType) === 'zstd');

function recompressed(image: ImageManifest, why: Refusal, policy: Policy): DesiredCompanion {
  const refusedSetting = policy.refusedSettings?.get('recompress-layers');
  if (!policy.recompression && !refusedSetting) return refused(why);
  const conversion = conversionAfterRecompression(image);
  if (conversion instanceof Refusal) return refused(conversion);
  if (refusedSetting || !policy.recompression) return refused(refusedSetting ?? why);
  const { maxLayerBytes } = policy.recompression;
  const tooLarge = layersToRecompress(image).find(({ descriptor }) => descriptor.size > maxLayerBytes);
  if (!tooLarge) return { kind: 'recompressed', image, why, droppedFields: conversion.droppedFields };
  const { index, descriptor } = tooLarge;
  const detail = `$.layers[${index}] has ${descriptor.size} bytes, the limit is ${maxLayerBytes}`;
  return refused(new Refusal('layer-too-large', detail));
}

async function desiredOfPlatform(
  selector: PlatformSelector,
  wanted: Platform,
  isFirst: boolean,
  policy: Policy,
): Promise<DesiredCompanion> {
  const found = await selector.imageFor(wanted, isFirst);
  if (found instanceof Refusal) return refused(found);
  if ('absent' in found) {
    const detail = `the index has no image for ${formatPlatform(wanted)}, only for ${describePlatforms(found.absent)}`;
    return isFirst ? refused(new Refusal('platform-not-found', detail)) : none('platform-absent', detail);
  }
  const desired = converted(found.image, policy);
  if (desired.kind !== 'manifest' && desired.kind !== 'recompressed') return desired;
  const platform = found.platform ? formatPlatform(found.platform) : 'unknown';
  // A Docker image keeps the manifest that it has, however that is written: its digest is the one that people know.
  if (desired.kind === 'manifest' && isDocker(found.image)) return { ...desired, ...alias(found.stored), platform };
  return { ...desired, platform };
}
