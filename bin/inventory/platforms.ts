import { platformOfConfig } from '../../lambda/core/manifest/image-config';
import { isRunnable } from '../../lambda/core/manifest/index-children';
import { MAX_MANIFEST_BYTES, type Manifest } from '../../lambda/core/manifest/manifest';
import { formatPlatform } from '../../lambda/core/manifest/platform';
import { Refusal } from '../../lambda/core/reasons';
import type { Registry } from '../../lambda/core/registry';

/**
 * The platforms of an image, such as `linux/amd64`: of an index as it lists them, `unknown` for those that it doesn't, and of a single image
 * as its config says.
 * @returns nothing if the config can't be read: the caller may not be allowed to download layers
 */
export async function platformsOf(
  registry: Pick<Registry, 'readBlob'>,
  repository: string,
  manifest: Manifest | Refusal,
): Promise<readonly string[] | undefined> {
  if (manifest instanceof Refusal) return undefined;
  switch (manifest.kind) {
    case 'index': {
      const images = manifest.children.filter(isRunnable);
      return [...new Set(images.map(({ platform }) => (platform ? formatPlatform(platform) : 'unknown')))];
    }
    case 'image':
      try {
        const config = await registry.readBlob(repository, manifest.config.digest, MAX_MANIFEST_BYTES);
        const platform = platformOfConfig(config);
        return platform instanceof Refusal ? undefined : [formatPlatform(platform)];
      } catch {
        return undefined;
      }
    default:
      return undefined;
  }
}
