import { setTimeout as pause } from 'node:timers/promises';
import { type DockerImage, dockerImageOf, type NoDockerImage, type WantedImage } from './core/companion/docker-image';
import type { Policy } from './core/companion/policy';
import type { Recompressor } from './core/companion/recompressor';
import { IMAGE_ATTRIBUTES } from './core/contract';
import type { Registry } from './core/registry';
import type { RegistryAddress } from './core/registry-address';
import { NotProvided, type ProvidedResource, type ResourceRequest } from './custom-resource';
import { remedyOf } from './image-remedy';
import { readImageRequest } from './image-request';
import { log } from './telemetry';

/** What one attempt has: a registry remembers what it was denied. */
export interface ImageTools {
  readonly registry: Registry & { readonly callCount: number };
  readonly recompressor?: Recompressor | undefined;
}

/** A permission that was granted in the same deployment takes effect within seconds, and AWS doesn't say how many. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * The image that a stack asks for, by its digest.
 * @param wait between attempts
 * @throws NotProvided with one sentence on what is wrong and one on what to do
 */
export async function provideImage(
  request: ResourceRequest,
  address: RegistryAddress,
  toolsFor: (policy: Policy) => ImageTools,
  wait: (ms: number) => Promise<unknown> = pause,
): Promise<ProvidedResource> {
  const { wanted, policy } = readImageRequest(request.ResourceProperties, address);
  const { repository, reference } = wanted;
  const found = await withPermission(() => toolsFor(policy), wanted, policy, wait);
  if (found.kind === 'refused') {
    const name = `${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
    throw new NotProvided(`${name} (${found.reason}): ${found.detail}. ${remedyOf(found.reason)}`);
  }
  return {
    id: `${repository}@${found.digest}`,
    attributes: {
      [IMAGE_ATTRIBUTES.digestHex]: found.digest.replace('sha256:', ''),
      [IMAGE_ATTRIBUTES.mediaType]: found.mediaType,
    },
  };
}

async function withPermission(
  tools: () => ImageTools,
  wanted: WantedImage,
  policy: Policy,
  wait: (ms: number) => Promise<unknown>,
): Promise<DockerImage | NoDockerImage> {
  for (let attempt = 0; ; attempt += 1) {
    const { registry, recompressor } = tools();
    const found = await dockerImageOf(registry, wanted, policy, recompressor);
    log(found.kind === 'refused' ? 'WARN' : 'INFO', 'image for a deployment', {
      ...wanted,
      ...found,
      registryCalls: registry.callCount,
    });
    const ms = PAUSES_MS[attempt];
    if (found.kind === 'image' || found.reason !== 'access-denied' || ms === undefined) return found;
    await wait(ms);
  }
}
