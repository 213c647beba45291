import { BatchCheckLayerAvailabilityCommand } from '@aws-sdk/client-ecr';
import type { EcrCalls } from './ecr-calls';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchCheckLayerAvailability.html */
const MAX_DIGESTS = 100;

/** Those of the layers that a manifest of the repository can name. */
export async function availableLayers(
  calls: EcrCalls,
  repositoryName: string,
  digests: readonly string[],
): Promise<ReadonlySet<string>> {
  const available = new Set<string>();
  for (let at = 0; at < digests.length; at += MAX_DIGESTS) {
    const layerDigests = digests.slice(at, at + MAX_DIGESTS);
    const { layers = [] } = await calls.call('BatchCheckLayerAvailability', repositoryName, (options) =>
      calls.client.send(new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests }), options),
    );
    for (const { layerDigest, layerAvailability } of layers)
      if (layerDigest && layerAvailability === 'AVAILABLE') available.add(layerDigest);
  }
  return available;
}
