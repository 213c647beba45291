import type { Outcome } from '../../../lambda/core/companion/outcome';
import { isRunnable } from '../../../lambda/core/manifest/index-children';
import type { ImageManifest, Manifest } from '../../../lambda/core/manifest/manifest';
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

/**
 * @param platforms none if they aren't known
 * @param first what a repair would do to the first companion
 */
export async function contentOf(
  inspection: Inspection,
  platforms: readonly string[],
  first: Outcome | undefined,
): Promise<Content> {
  const { manifest } = inspection;
  const nothing = { platforms, attestations: 0 };
  if (manifest instanceof Refusal) return { kind: 'unreadable', detail: manifest.detail, ...nothing };
  switch (manifest.kind) {
    case 'artifact':
      return { kind: 'artifact', detail: manifest.artifactType, ...nothing };
    case 'build-cache':
      return { kind: 'build-cache', ...nothing };
    case 'image':
      return { kind: 'image', ...nothing, layers: layersOf(manifest) };
    case 'index': {
      const images = manifest.children.filter(isRunnable);
      const chosen = first && (await companionManifest(inspection, first));
      return {
        kind: 'index',
        platforms,
        attestations: manifest.children.length - images.length,
        ...(chosen && { layers: { ...layersOf(chosen), ...platformIn(first) } }),
      };
    }
  }
}

const layersOf = ({ layers }: ImageManifest) => ({
  count: layers.length,
  bytes: layers.reduce((sum, { size }) => sum + size, 0),
});
