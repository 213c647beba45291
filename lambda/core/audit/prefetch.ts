import type { Policy } from '../companion/policy';
import { announcedChild } from '../manifest/index-children';
import { manifestOf } from '../manifest/manifest';
import { Refusal } from '../reasons';
import type { StoredManifest } from '../registry';
import type { BatchReader } from './inventory';

/**
 * Reads these manifests, and of each index the images that the policy's platforms choose, in two batches. With the answer a repair needs
 * no read by digest, but for an index whose descriptors leave the choice open.
 * @returns the manifests by digest
 */
export async function prefetch(
  registry: BatchReader,
  repository: string,
  digests: readonly string[],
  policy: Policy,
): Promise<Map<string, StoredManifest>> {
  const sources = await registry.readManifests(repository, [...new Set(digests)]);
  const chosen = [...sources.values()].flatMap((source) => chosenChildren(source, policy));
  const unread = [...new Set(chosen)].filter((digest) => !sources.has(digest));
  const children = unread.length > 0 ? await registry.readManifests(repository, unread) : [];
  return new Map([...sources, ...children]);
}

function chosenChildren(source: StoredManifest, { platforms }: Policy): readonly string[] {
  const manifest = manifestOf(source);
  if (manifest instanceof Refusal || manifest.kind !== 'index') return [];
  return platforms.flatMap((platform) => announcedChild(manifest.children, platform)?.digest ?? []);
}
