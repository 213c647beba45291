import type { Outcome } from '../../../lambda/core/companion/outcome';
import { platformOfConfig } from '../../../lambda/core/manifest/image-config';
import { isRunnable } from '../../../lambda/core/manifest/index-children';
import { type ImageManifest, MAX_MANIFEST_BYTES, type Manifest } from '../../../lambda/core/manifest/manifest';
import { formatPlatform } from '../../../lambda/core/manifest/platform';
import { Refusal } from '../../../lambda/core/reasons';
import { companionManifest, platformIn } from './companion-report';
import type { Inspection } from './inspect';

/** What a manifest holds. */
export interface Content {
  readonly kind: Manifest['kind'] | 'unreadable';
  /** The type of an artifact, or why a manifest can't be read. */
  readonly detail?: string;
  readonly platforms: readonly string[];
  readonly attestations: number;
  /** Of the image, or of the index's image that the first companion is made from; `bytes` as stored. */
  readonly layers?: { readonly count: number; readonly bytes: number; readonly platform?: string };
}

/** @param first what a repair would do to the first companion */
export async function contentOf(inspection: Inspection, first: Outcome | undefined): Promise<Content> {
  const { manifest } = inspection;
  const nothing = { platforms: [], attestations: 0 };
  if (manifest instanceof Refusal) return { kind: 'unreadable', detail: manifest.detail, ...nothing };
  switch (manifest.kind) {
    case 'artifact':
      return { kind: 'artifact', detail: manifest.artifactType, ...nothing };
    case 'build-cache':
      return { kind: 'build-cache', ...nothing };
    case 'image': {
      const platform = await platformOf(inspection, manifest);
      return { kind: 'image', platforms: platform ? [platform] : [], attestations: 0, layers: layersOf(manifest) };
    }
    case 'index': {
      const images = manifest.children.filter(isRunnable);
      const chosen = first && (await companionManifest(inspection, first));
      return {
        kind: 'index',
        platforms: [...new Set(images.map(({ platform }) => (platform ? formatPlatform(platform) : 'unknown')))],
        attestations: manifest.children.length - images.length,
        ...(chosen && { layers: { ...layersOf(chosen), ...platformIn(first) } }),
      };
    }
  }
}

/** `linux/amd64`, from the config; nothing if it can't be read: the caller may not be allowed to download layers. */
async function platformOf({ registry, reference }: Inspection, { config }: ImageManifest): Promise<string | undefined> {
  try {
    const platform = platformOfConfig(await registry.readBlob(reference.repository, config.digest, MAX_MANIFEST_BYTES));
    return platform instanceof Refusal ? undefined : formatPlatform(platform);
  } catch {
    return undefined;
  }
}

const layersOf = ({ layers }: ImageManifest) => ({
  count: layers.length,
  bytes: layers.reduce((sum, { size }) => sum + size, 0),
});
