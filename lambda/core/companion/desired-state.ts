import { isDocker, toDocker } from '../manifest/convert';
import { quote } from '../manifest/json-path';
import { type ImageManifest, readManifest } from '../manifest/manifest';
import { formatPlatform, type Platform } from '../manifest/platform';
import { Refusal, type SkipReason } from '../reasons';
import type { Registry, StoredManifest } from '../registry';
import { describePlatforms, IndexImages } from './platform-selector';
import type { Policy } from './policy';

/** What one companion tag must name, for a source tag that names what it names now. */
export type Demand =
  | {
      readonly demand: 'manifest';
      readonly by: 'converted' | 'aliased';
      readonly manifest: StoredManifest;
      readonly platform: string | undefined;
      readonly droppedFields: readonly string[];
    }
  /** Right if it is there; nobody needs it made. */
  | {
      readonly demand: 'if-present';
      readonly manifest: StoredManifest;
      readonly skip: SkipReason;
      readonly detail: string;
    }
  /** Nothing: if it is there, it is stale. Without a `skip` there is nothing to tell either. */
  | { readonly demand: 'none'; readonly skip?: SkipReason; readonly detail: string }
  | { readonly demand: 'refused'; readonly refusal: Refusal };

/** @returns one demand for each platform of the policy, in its order */
export async function demandsOf(
  registry: Registry,
  repository: string,
  source: StoredManifest,
  policy: Policy,
): Promise<readonly Demand[]> {
  const manifest = readManifest(source.bytes, source.mediaType);
  const [first, ...further] = policy.platforms;
  if (manifest instanceof Refusal)
    return [{ demand: 'refused', refusal: manifest }, ...further.map(() => noneOfFurther)];
  switch (manifest.kind) {
    case 'artifact':
      return [
        none('artifact', `the manifest is an artifact of type ${quote(manifest.artifactType)}`),
        ...further.map(() => noneOfFurther),
      ];
    case 'build-cache':
      return [none('build-cache', 'the manifest is a BuildKit cache'), ...further.map(() => noneOfFurther)];
    case 'image':
      return [demandOfImage(source, manifest, undefined, policy), ...further.map(() => noneOfFurther)];
    case 'index': {
      const images = new IndexImages(registry, repository, manifest.children);
      const demands: Demand[] = [];
      for (const platform of [first, ...further])
        demands.push(await demandOfIndex(images, platform, platform === first, policy));
      return demands;
    }
  }
}

const none = (skip: SkipReason, detail: string): Demand => ({ demand: 'none', skip, detail });

/** Only an index has images for further platforms. */
const noneOfFurther: Demand = { demand: 'none', detail: 'the tag names no index any more' };

function demandOfImage(
  stored: StoredManifest,
  image: ImageManifest,
  platform: string | undefined,
  policy: Policy,
): Demand {
  if (isDocker(image) && platform === undefined) {
    if (policy.companionFor === 'every-tag')
      return { demand: 'manifest', by: 'aliased', manifest: stored, platform, droppedFields: [] };
    return {
      demand: 'if-present',
      manifest: stored,
      skip: 'already-docker',
      detail: 'the image is Docker V2 Schema 2 already',
    };
  }
  const conversion = toDocker(image, policy.uncompressedLayers);
  if (conversion instanceof Refusal) return { demand: 'refused', refusal: conversion };
  // A Docker image is named as it is, however its manifest is written: its own digest is the one that people know.
  if (isDocker(image)) return { demand: 'manifest', by: 'aliased', manifest: stored, platform, droppedFields: [] };
  return { demand: 'manifest', by: 'converted', ...conversion, platform };
}

async function demandOfIndex(
  images: IndexImages,
  platform: Platform,
  isFirst: boolean,
  policy: Policy,
): Promise<Demand> {
  const found = await images.imageFor(platform, isFirst);
  if (found instanceof Refusal) return { demand: 'refused', refusal: found };
  if ('absent' in found) {
    const detail = `the index has no image for ${formatPlatform(platform)}, only for ${describePlatforms(found.absent)}`;
    return isFirst
      ? { demand: 'refused', refusal: new Refusal('platform-not-found', detail) }
      : none('platform-absent', detail);
  }
  return demandOfImage(found.stored, found.image, found.platform ? formatPlatform(found.platform) : 'unknown', policy);
}
