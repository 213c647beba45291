import { BatchCheckLayerAvailabilityCommand } from '@aws-sdk/client-ecr';
import type { LayerStore } from '../core/layers/layer-store';
import type { EcrCalls } from './ecr-calls';
import { type Fetch, streamLayer } from './layer-download';
import { uploadLayer } from './layer-upload';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchCheckLayerAvailability.html */
const MAX_DIGESTS = 100;

/** The layers of the caller's registry, over the ECR API. */
export class EcrLayers implements LayerStore {
  constructor(
    readonly calls: EcrCalls,
    readonly fetch: Fetch,
  ) {}

  read(repository: string, digest: string, size: number): AsyncIterable<Uint8Array> {
    return streamLayer(this.calls, repository, digest, size, this.fetch);
  }

  upload(repository: string, bytes: AsyncIterable<Uint8Array>, digest: Promise<string>): Promise<void> {
    return uploadLayer(this.calls, repository, bytes, digest);
  }

  async available(repositoryName: string, digests: readonly string[]): Promise<ReadonlySet<string>> {
    const available = new Set<string>();
    for (let at = 0; at < digests.length; at += MAX_DIGESTS) {
      const layerDigests = digests.slice(at, at + MAX_DIGESTS);
      const { layers = [] } = await this.calls.call('BatchCheckLayerAvailability', repositoryName, (options) =>
        this.calls.client.send(new BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests }), options),
      );
      for (const { layerDigest, layerAvailability } of layers)
        if (layerDigest && layerAvailability === 'AVAILABLE') available.add(layerDigest);
    }
    return available;
  }
}
