import { MANIFESTS } from './core-manifests';
import { allocatedBytes, parseAndStringify, readAndConvert } from './core-work';
import { interleaved } from './group';

/** Of one manifest, each figure once a round. */
export interface CoreResult {
  readonly bytes: number;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  readonly allocated: number;
}

/** CPU time rather than wall time: another process must not count. */
function microseconds(work: () => void): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return user + system;
}

async function measure(bytes: Uint8Array, rounds: number): Promise<CoreResult> {
  // About 20 MB a round: a collection of garbage then counts for as much as it takes in the long run.
  const times = Math.max(5, Math.ceil(20e6 / bytes.length));
  const repeat = (work: (bytes: Uint8Array) => unknown) => () => {
    for (let n = 0; n < times; n += 1) work(bytes);
  };
  const one = (work: (bytes: Uint8Array) => unknown) => async () => microseconds(repeat(work)) / times;
  const { ours, theirs } = await interleaved({ ours: one(readAndConvert), theirs: one(parseAndStringify) }, rounds);
  const allocated = (await allocatedBytes(repeat(readAndConvert))) / times;
  return { bytes: bytes.length, ours, theirs, allocated };
}

process.once('message', async (rounds: number) => {
  const results: Record<string, CoreResult> = {};
  for (const [name, make] of Object.entries(MANIFESTS))
    results[name] = await measure(new TextEncoder().encode(make()), rounds);
  process.send?.(results, () => process.exit());
});
