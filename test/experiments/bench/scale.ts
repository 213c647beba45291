import { rmSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { REQUESTS } from '../../../lambda/core/contract';
import type { LocalAccount as Account, EventBridgeEvent } from '../../../local';
import { LocalAccount } from '../../../local';
import { FunctionProcess } from '../../support/function-process';
import { requestEvent } from '../../support/request-event';
import { seed } from '../../support/seed';
import { measureCommand } from '../layers/measured';
import { CLI, CREDENTIALS } from '../layers/repair';
import { limitOf, memoryOf } from '../memory/limit';
import { STACKS, synthesize } from '../quota/assembly';
import type { Group } from './group';
import { fixed, type Row } from './row';

/** Of looking at a whole registry. */
interface Cost {
  readonly calls: Readonly<Record<string, number>>;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

interface Registry {
  readonly repositories: number;
  readonly images: number;
}

const NAMES = ['audit', 'scan', 'backfill --dry-run'] as const;
type Name = (typeof NAMES)[number];

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: the messages that one invocation gets. */
const BATCH = 10;

const AUDITS: readonly string[] = [REQUESTS.registryAudit, REQUESTS.repositoryAudit];

/** One execution environment that gets every audit event that it publishes, in batches; repairs are counted only. */
async function audit(account: Account, memoryMiB: number): Promise<Omit<Cost, 'calls'>> {
  using fn = new FunctionProcess({ endpoint: account.endpoint, memoryMiB });
  const waiting: EventBridgeEvent[] = [requestEvent(account.bus, 'Registry Audit Requested', { backfill: true })];
  let seen = account.bus.events.length;
  let [cpuSeconds, peakMiB] = [0, 0];
  while (waiting.length > 0) {
    const run = await fn.invoke(waiting.splice(0, BATCH));
    if (run.failures > 0) throw new Error(`${run.failures} audits failed`);
    ({ cpuSeconds, peakMiB } = run);
    waiting.push(...account.bus.events.slice(seen).filter((event) => AUDITS.includes(event['detail-type'])));
    seen = account.bus.events.length;
  }
  return { cpuSeconds, peakMiB };
}

async function command(account: Account, ...args: readonly string[]): Promise<Omit<Cost, 'calls'>> {
  const at = ['--endpoint-url', account.endpoint];
  // Exit code 1 says that companions are missing, and the output of 100,000 rows is none of the measurement.
  const script = '"$@" > /dev/null 2>&1; test $? -le 1';
  return measureCommand('env', ...CREDENTIALS, 'sh', '-c', script, 'sh', process.execPath, CLI, ...args, ...at);
}

interface Measured {
  readonly registry: Registry;
  readonly costs: Readonly<Record<Name, Cost>>;
  /** Images that have a tag, companions among them. */
  readonly listed: number;
}

async function measure(registry: Registry, progress: (line: string) => void): Promise<Measured> {
  const assembly = synthesize({});
  const account = await LocalAccount.start({ assembly, stack: STACKS.nothing });
  try {
    seed(account.ecr, { ...registry, seed: 1 });
    const ways: Readonly<Record<Name, () => Promise<Omit<Cost, 'calls'>>>> = {
      audit: () => audit(account, memoryOf(new App())),
      scan: () => command(account, 'scan', '--json'),
      'backfill --dry-run': () => command(account, 'backfill', '--dry-run', '--json'),
    };
    const costs: [Name, Cost][] = [];
    for (const name of NAMES) {
      progress(`${registry.images} images in ${registry.repositories} repositories: ${name}`);
      const before = account.calls.length;
      const { cpuSeconds, peakMiB } = await ways[name]();
      costs.push([name, { cpuSeconds, peakMiB, calls: countBy(account.calls.slice(before)) }]);
    }
    const listed = account.ecr.repositories
      .flatMap((name) => account.ecr.images(name))
      .filter(({ tags }) => tags.size > 0).length;
    return { registry, costs: Object.fromEntries(costs) as Record<Name, Cost>, listed };
  } finally {
    await account.stop();
    rmSync(assembly, { recursive: true });
  }
}

function countBy(calls: readonly { readonly operation: string }[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { operation } of calls) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

const sum = (calls: Readonly<Record<string, number>>) =>
  Object.values(calls).reduce((total, count) => total + count, 0);

/** Of the larger registry, beside the smaller one. */
function rowsOf(
  name: Name,
  { registry: large, costs }: Measured,
  { registry: small, costs: lesser }: Measured,
): readonly Row[] {
  const [cost, less] = [costs[name], lesser[name]];
  const perImage = (unit: string, of: (cost: Cost) => number, scale: number): Row => ({
    what: `${name}, ${sizeOf(large)}`,
    unit: `${unit}/image`,
    ours: [(of(cost) * scale) / large.images],
    against: fixed(sizeOf(small), (of(less) * scale) / small.images),
    goal: { atMost: 1.2 },
  });
  return [
    perImage('calls', ({ calls }) => sum(calls), 1),
    perImage('CPU ms', ({ cpuSeconds }) => cpuSeconds, 1_000),
    { what: `${name}, ${sizeOf(large)}`, unit: 'peak MiB', ours: [cost.peakMiB], ...memoryGoal(name, small, less) },
  ];
}

/** The function's heap grows up to what it has before V8 collects all garbage, so that its limit says more than another size. */
const memoryGoal = (name: Name, small: Registry, less: Cost): Pick<Row, 'against' | 'goal'> =>
  name === 'audit'
    ? { against: fixed("the function's limit", limitOf(memoryOf(new App()))), goal: { atMost: 1 } }
    : { against: fixed(sizeOf(small), less.peakMiB), goal: { atMost: 1.2 } };

/** ECR lists 1,000 images a call. */
function listingsRow(registry: Registry, { calls }: Cost, listed: number): Row {
  return {
    what: `scan, ${sizeOf(registry)}`,
    unit: 'listings',
    ours: [calls.DescribeImages ?? Number.NaN],
    against: fixed('the fewest possible', Math.ceil(listed / 1_000)),
    goal: { atMost: 1 },
  };
}

const sizeOf = ({ repositories, images }: Registry): string =>
  `${images.toLocaleString('en-US')} images${repositories === 1 ? '' : ` in ${repositories.toLocaleString('en-US')} repositories`}`;

export const scale: Group = {
  what: 'looking at a whole registry',
  measure: async ({ quick, progress }) => {
    const sizes = quick ? [300, 1_000, 3_000] : [1_000, 10_000, 100_000];
    const measured: Measured[] = [];
    for (const images of sizes) measured.push(await measure({ repositories: 1, images }, progress));
    const many = await measure({ repositories: quick ? 30 : 1_000, images: sizes[1] ?? 0 }, progress);
    const [, middle, largest] = measured;
    if (!middle || !largest) throw new Error('expected three sizes');
    return NAMES.flatMap((name) => [
      ...rowsOf(name, largest, middle),
      ...rowsOf(name, many, middle).map(({ goal: _, ...row }) => row),
      ...(name === 'scan' ? [listingsRow(largest.registry, largest.costs.scan, largest.listed)] : []),
    ]);
  },
};
