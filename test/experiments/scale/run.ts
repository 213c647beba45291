import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { App } from 'aws-cdk-lib';
import { Command, InvalidArgumentError } from 'commander';
import { OciImageRemediationStack } from '../../../lib';
import { LocalAccount } from '../../../local/account/account';
import { dockerDesktopImage } from '../../../local/images/catalogue';
import { RegistryClient } from '../../../local/images/registry-client';
import { requestEvent } from '../../support/request-event';
import { type SeededTag, seed, wrongCompanions } from '../../support/seed';

interface Options {
  readonly repositories: number;
  readonly images: number;
  readonly seed: number;
  readonly pushes: number;
}

/** Far above what a real account allows: here the work is measured, not the wait for the quota. */
const UNPACED = {
  putImagesPerSecond: 1_000,
  auditPutImagesPerSecond: 1_000,
  auditMaxConcurrency: 2,
  maxConcurrency: 2,
};

const progress = (line: string) => process.stderr.write(`${line}\n`);
const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Milliseconds from the end of a push to its companion, as a client sees them that looks every few milliseconds. */
async function latencyOfPush(account: LocalAccount, registry: RegistryClient, name: string): Promise<number> {
  await registry.push('fresh/app', name, await dockerDesktopImage(name));
  const began = performance.now();
  while (!account.ecr.tags('fresh/app').has(`${name}-dockerv2`)) await sleep(5);
  return performance.now() - began;
}

async function latencies(
  account: LocalAccount,
  registry: RegistryClient,
  label: string,
  pushes: number,
): Promise<readonly number[]> {
  const measured: number[] = [];
  for (let at = 0; at < pushes; at += 1) measured.push(await latencyOfPush(account, registry, `${label}-${at}`));
  return measured;
}

/** An on-demand audit of everything; fresh pushes go on meanwhile. */
async function audit(account: LocalAccount, registry: RegistryClient, options: Options, label: string) {
  const before = { events: account.bus.events.length, calls: account.calls.length };
  const began = performance.now();
  account.bus.put(requestEvent(account.bus, 'Registry Audit Requested', {}));
  const during = await latencies(account, registry, label, options.pushes);
  await account.settle({ timeoutMs: 3_600_000 });
  const events = account.bus.events.slice(before.events);
  const finished = events
    .filter((event) => event['detail-type'] === 'Repository Audit Finished')
    .map(({ detail }) => detail);
  const sum = (name: string) => finished.reduce((total, detail) => total + Number(detail[name]), 0);
  return {
    seconds: (performance.now() - began) / 1_000,
    during,
    repositories: finished.length,
    images: sum('images'),
    ociImages: sum('ociImages'),
    upToDate: sum('upToDate'),
    requested: sum('requested'),
    allowedReads: finished.reduce(
      (total, { images, ociImages }) =>
        total + Math.ceil(Number(images) / 1_000) + Math.ceil(Number(ociImages) / 50) + 2,
      0,
    ),
    calls: account.calls.slice(before.calls).map(({ operation }) => operation),
  };
}

async function run(options: Options): Promise<void> {
  const app = new App();
  new OciImageRemediationStack(app, 'Scale', UNPACED);
  const assembly = app.synth().directory;
  const account = await LocalAccount.start({ assembly, clock: 'skipping' });
  try {
    const registry = new RegistryClient(account.endpoint);
    const seeded: readonly SeededTag[] = seed(account.ecr, options);
    progress(
      `seeded ${options.images} images in ${options.repositories} repositories; ${wrongCompanions(account.ecr, seeded).length} companions are missing or stale`,
    );
    const idle = await latencies(account, registry, 'idle', options.pushes);
    const first = await audit(account, registry, options, 'during');
    const wrong = wrongCompanions(account.ecr, seeded);
    const count = (calls: readonly string[], operation: string) => calls.filter((call) => call === operation).length;
    console.log(
      `first audit   ${first.repositories} repositories, ${first.images} images, ${first.ociImages} OCI: ${first.requested} repairs asked for, in ${first.seconds.toFixed(0)} s`,
    );
    console.log(
      `              ${['DescribeRepositories', 'ListTagsForResource', 'DescribeImages', 'BatchGetImage', 'PutImage'].map((operation) => `${count(first.calls, operation)} ${operation}`).join(', ')}`,
    );
    const second = await audit(account, registry, { ...options, pushes: 0 }, 'second');
    const reads = second.calls.filter(
      (operation) => operation !== 'PutEvents' && operation !== 'DescribeRepositories',
    ).length;
    console.log(
      `second audit  ${second.requested} repairs asked for, ${second.upToDate} up to date, in ${second.seconds.toFixed(0)} s; ${reads} reads, allowed ${second.allowedReads}`,
    );
    console.log(
      `fresh pushes  ${median(idle).toFixed(0)} ms to the companion when idle, ${median(first.during).toFixed(0)} ms during the audit: ${(median(first.during) / median(idle)).toFixed(1)} times`,
    );
    const dead = account.deadLetters().length;
    console.log(`${wrong.length} companions wrong, ${dead} dead letters`);
    process.exitCode =
      wrong.length === 0 && dead === 0 && second.requested === 0 && reads <= second.allowedReads ? 0 : 1;
  } finally {
    await account.stop();
    rmSync(assembly, { recursive: true });
  }
}

function whole(text: string): number {
  if (/^[0-9]+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number.');
}

new Command('npm run scale --')
  .description('Audits a large seeded registry in the laptop-sized account, twice, while images are pushed.')
  .option('--repositories <number>', 'repositories', whole, 500)
  .option('--images <number>', 'source tags, over all repositories', whole, 20_000)
  .option('--pushes <number>', 'fresh pushes to measure, idle and during the audit', whole, 15)
  .option('--seed <number>', 'the same seed is the same registry', whole, 1)
  .action(run)
  .parseAsync()
  .catch((error: unknown) => {
    progress(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
