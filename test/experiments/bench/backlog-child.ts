import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Mappings, SimulatedService } from './simulated-service';

export interface BacklogJob {
  readonly mappings: Mappings;
  readonly repairs: number;
}

export interface BacklogResult {
  /** Companions a second, of a backlog that an audit found, and of one that was pushed. */
  readonly auditsPerSecond: number;
  readonly pushesPerSecond: number;
  /** In milliseconds. */
  readonly idleLatencies: readonly number[];
  readonly latencies: readonly number[];
  /** After a tenth of the repairs, and after all. */
  readonly heapMiB: readonly [early: number, late: number];
  readonly busiestSecond: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMiB(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1024 ** 2;
}

const PUSHES = 20;
const PUSH_EVERY_MS = 10_000;

async function latenciesOf(service: SimulatedService, label: string, pushes: number): Promise<number[]> {
  const latencies: Promise<number>[] = [];
  for (let n = 0; n < pushes; n += 1) {
    latencies.push(service.push(`${label}-${n}`));
    await service.elapse(PUSH_EVERY_MS);
  }
  return Promise.all(latencies);
}

async function untilDone(service: SimulatedService, onMinute: () => void = () => {}): Promise<void> {
  while (service.waiting > 0) {
    await service.elapse(60_000);
    onMinute();
  }
  await service.elapse(60_000);
}

/** From the first put to the last, without those that something else made meanwhile. */
function ratePerSecond(puts: readonly number[], others = 0): number {
  const [first = 0, last = 0] = [puts[0], puts.at(-1)];
  return ((puts.length - 1 - others) / (last - first)) * 1_000;
}

function busiestSecondOf(puts: readonly number[]): number {
  const seconds = new Map<number, number>();
  for (const at of puts) seconds.set(Math.floor(at / 1_000), (seconds.get(Math.floor(at / 1_000)) ?? 0) + 1);
  return Math.max(...seconds.values());
}

async function run({ mappings, repairs }: BacklogJob): Promise<BacklogResult> {
  const service = new SimulatedService(mappings);
  const idleLatencies = await latenciesOf(service, 'idle', PUSHES);
  for (let n = 0; n < repairs; n += 1) service.requestRepair(`old-${n}`);
  service.puts = [];
  const latencies = await latenciesOf(service, 'meanwhile', PUSHES);
  if (service.waiting === 0) throw new Error(`expected a backlog, but ${repairs} repairs were done at once`);
  let early: number | undefined;
  await untilDone(service, () => {
    if (service.waiting < repairs * 0.9) early ??= heapMiB();
  });
  const audits = service.puts;
  service.puts = [];
  const late = heapMiB();
  for (let n = 0; n < repairs; n += 1) void service.push(`burst-${n}`);
  await untilDone(service);
  return {
    auditsPerSecond: ratePerSecond(audits, PUSHES),
    pushesPerSecond: ratePerSecond(service.puts),
    idleLatencies,
    latencies,
    heapMiB: [early ?? Number.NaN, late],
    busiestSecond: busiestSecondOf([...audits, ...service.puts]),
  };
}

process.once('message', async (job: BacklogJob) => {
  // The function's log would be megabytes.
  process.stdout.write = () => true;
  const result = await run(job);
  process.send?.(result, () => process.exit());
});
