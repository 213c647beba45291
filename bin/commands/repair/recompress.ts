import { availableParallelism } from 'node:os';
import type { ImageTag, RecompressedLayers } from '../../../lambda/core/companion/outcome';
import type { Policy } from '../../../lambda/core/companion/policy';
import type { Recompressor } from '../../../lambda/core/companion/recompressor';
import { FinishedLayers } from '../../../lambda/earlier-layers';
import { LayerRecompressor } from '../../../lambda/recompress-image';
import type { Account } from '../../cli/account';
import type { Output } from '../../cli/output';
import { Progress } from '../../cli/progress';

const MB = 1e6;
const megabytes = (bytes: number): number => Math.ceil(bytes / MB);

/** What this run recompressed: the next image on the same base needs no second look. */
const finished = new FinishedLayers();

interface RecompressionRequest {
  readonly account: Pick<Account, 'registry'>;
  readonly image: ImageTag;
  readonly policy: Policy;
  readonly output: Output;
}

/** Runs a repair that makes gzip layers on this machine, if the person or the repository chose it, and shows how far it is. */
export async function withRecompressor<T>(
  { account: { registry }, image, policy, output }: RecompressionRequest,
  repair: (recompressor: Recompressor | undefined) => Promise<T>,
): Promise<T> {
  const limits = policy.recompression;
  if (!limits) return repair(undefined);
  const progress = new Progress(output.stderr, !output.json);
  let read = 0;
  const observer = {
    begin: (bytes: number) => {
      read = 0;
      if (bytes > 0) progress.start(`MB of ${image.repository}:${image.tag}`, megabytes(bytes));
    },
    read: (bytes: number) => {
      read += bytes;
      progress.update(megabytes(read));
    },
  };
  const layers = { layers: registry.layers, cores: availableParallelism(), ...limits };
  try {
    return await repair(new LayerRecompressor({ registry, policy, finished, observer, ...layers }));
  } finally {
    progress.stop();
  }
}

export function recompressedText({ layers, bytes, seconds }: RecompressedLayers): string {
  if (layers === 0) return 'with layers that were recompressed before';
  return `recompressed ${layers} ${layers === 1 ? 'layer' : 'layers'}, ${megabytes(bytes)} MB in ${seconds} s`;
}
