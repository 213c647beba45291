import type { LayerStore } from '../core/layers/layer-store';
import type { EcrCalls } from './ecr-calls';
import { availableLayers } from './layer-availability';
import { type Fetch, streamLayer } from './layer-download';
import { uploadLayer } from './layer-upload';

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

  available(repository: string, digests: readonly string[]): Promise<ReadonlySet<string>> {
    return availableLayers(this.calls, repository, digests);
  }
}
