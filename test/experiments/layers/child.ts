import { createReadStream, statSync } from 'node:fs';
import { recompress } from '../../../lambda/core/layers/recompress';
import { peakMiB } from '../../support/peak-memory.cjs';
import type { Measured } from './measured';

/** What to recompress, in a process of its own. */
export interface Job {
  readonly blobs: readonly { readonly path: string; readonly compression: 'zstd' | 'none'; readonly diffId: string }[];
  /** How many of them at a time. */
  readonly parallel: number;
  readonly level?: number;
}

export interface JobResult extends Measured {
  readonly tarBytes: number;
  readonly gzipBytes: number;
  /** CPU time of the one thread that is not zlib's: more than half of all, and a second core would wait for it. */
  readonly mainThreadSeconds: number;
}

async function run({ blobs, parallel, level }: Job): Promise<JobResult> {
  const cpu = process.cpuUsage();
  const thread = process.threadCpuUsage();
  const start = performance.now();
  const waiting = [...blobs];
  let [tarBytes, gzipBytes] = [0, 0];
  const worker = async (): Promise<void> => {
    for (let blob = waiting.shift(); blob; blob = waiting.shift()) {
      const { path, compression, diffId } = blob;
      const { gzip, result } = recompress(createReadStream(path), {
        compression,
        diffId,
        maxTarBytes: Number.MAX_SAFE_INTEGER,
        ...(level ? { level } : {}),
      });
      let uploaded = 0;
      for await (const chunk of gzip) uploaded += chunk.length;
      const layer = await result;
      if (layer.size !== uploaded)
        throw new Error(`the layer has ${uploaded} bytes, not ${layer.size}: ${statSync(path).size}`);
      tarBytes += layer.tarBytes;
      gzipBytes += layer.size;
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  const { user, system } = process.cpuUsage(cpu);
  const main = process.threadCpuUsage(thread);
  return {
    tarBytes,
    gzipBytes,
    cpuSeconds: (user + system) / 1e6,
    mainThreadSeconds: (main.user + main.system) / 1e6,
    seconds: (performance.now() - start) / 1000,
    peakMiB: peakMiB(),
  };
}

process.once('message', (job: Job) => {
  void run(job).then((result) => process.send?.(result, () => process.exit()));
});
