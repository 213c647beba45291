import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { App } from 'aws-cdk-lib';
import { LocalAccount } from '../../../local';
import type { Package } from '../../../local/images/package';
import { RegistryClient } from '../../../local/images/registry-client';
import { CountingProxy, type Traffic } from '../../support/counting-proxy';
import { pushOf, runFunction } from '../../support/function-process';
import { type Measured, measureCommand } from '../layers/measured';
import { CLI, CREDENTIALS } from '../layers/repair';
import { INSECURE_COPY } from '../layers/skopeo';
import { memoryOf } from '../memory/limit';
import { STACKS, synthesize } from '../quota/assembly';
import { type Group, interleaved } from './group';
import { PACKAGES } from './image-packages';
import { fixed, type Row } from './row';

type Measurement = Pick<Measured, 'seconds' | 'peakMiB'> & Traffic;

const REPOSITORY = 'team/app';
const COMPANION = 'v1-dockerv2';
/** It takes one to know the image, and one to name it. */
const LEAST_REQUESTS = 2;

/** The ways to make a companion of one image in the same registry. The account has no service that would be faster than they. */
class Ways {
  constructor(
    readonly account: LocalAccount,
    readonly proxy: CountingProxy,
    readonly memoryMiB: number,
  ) {}

  skopeo = () =>
    this.#measure(() => {
      const copy = ['--override-os', 'linux', '--override-arch', 'amd64', ...INSECURE_COPY, '--format', 'v2s2'];
      const [source, companion] = ['v1', COMPANION].map((tag) => `docker://${this.proxy.host}/${REPOSITORY}:${tag}`);
      return measureCommand('skopeo', ...copy, source ?? '', companion ?? '');
    });

  repair = () =>
    this.#measure(() => {
      const args = ['repair', `${this.proxy.host}/${REPOSITORY}:v1`, '--endpoint-url', `http://${this.proxy.host}`];
      return measureCommand('env', ...CREDENTIALS, process.execPath, CLI, ...args);
    });

  /** A cold start: the function's process is new. */
  fn = () =>
    this.#measure(async () => {
      const { loadMs, invocationMs, peakMiB, failures } = await runFunction(
        { endpoint: `http://${this.proxy.host}`, memoryMiB: this.memoryMiB },
        [pushOf(REPOSITORY, 'v1')],
      );
      if (failures > 0) throw new Error('the function gave the message back');
      return { seconds: (loadMs + invocationMs) / 1_000, peakMiB };
    });

  async #measure(make: () => Promise<Pick<Measured, 'seconds' | 'peakMiB'>>): Promise<Measurement> {
    await this.#deleteCompanion();
    this.proxy.take();
    const { seconds, peakMiB } = await make();
    const traffic = this.proxy.take();
    if (!this.account.ecr.tags(REPOSITORY).has(COMPANION)) throw new Error('expected a companion, got none');
    return { seconds, peakMiB, ...traffic };
  }

  async #deleteCompanion(): Promise<void> {
    if (!this.account.ecr.tags(REPOSITORY).has(COMPANION)) return;
    const response = await fetch(this.account.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.BatchDeleteImage',
      },
      body: JSON.stringify({ repositoryName: REPOSITORY, imageIds: [{ imageTag: COMPANION }] }),
    });
    if (!response.ok) throw new Error(`BatchDeleteImage: ${await response.text()}`);
  }
}

/** In an account without the service. */
async function measureWays(image: Package, rounds: number) {
  const assembly = synthesize({});
  try {
    const account = await LocalAccount.start({ assembly, stack: STACKS.nothing });
    try {
      await using proxy = await CountingProxy.start(account.registryHost);
      await new RegistryClient(account.endpoint).push(REPOSITORY, 'v1', image);
      const { skopeo, repair, fn } = new Ways(account, proxy, memoryOf(new App()));
      return await interleaved({ skopeo, repair, fn }, rounds);
    } finally {
      await account.stop();
    }
  } finally {
    rmSync(assembly, { recursive: true });
  }
}

/** Seconds from the end of each push to its companion, in an account whose service is warm. */
async function measureService(image: Package, rounds: number): Promise<readonly number[]> {
  const assembly = synthesize({});
  try {
    const account = await LocalAccount.start({ assembly, stack: STACKS.service });
    try {
      const seconds: number[] = [];
      for (let round = 0; round <= rounds; round += 1) {
        await new RegistryClient(account.endpoint).push(`team/app-${round}`, 'v1', image);
        const began = performance.now();
        while (!account.ecr.tags(`team/app-${round}`).has(COMPANION)) await sleep(2);
        if (round > 0) seconds.push((performance.now() - began) / 1_000);
        await account.settle();
      }
      return seconds;
    } finally {
      await account.stop();
    }
  } finally {
    rmSync(assembly, { recursive: true });
  }
}

async function rowsOf(name: string, image: Package, rounds: number): Promise<readonly Row[]> {
  const { skopeo, repair, fn } = await measureWays(image, rounds);
  const service = await measureService(image, rounds);
  const manifests = image.top.text.length;
  const versus = (
    what: string,
    unit: string,
    ours: readonly number[],
    of: (measured: Measurement) => number,
    goal?: Row['goal'],
  ): Row => ({
    what: `${name}: ${what}`,
    unit,
    ours,
    against: { what: 'skopeo copy', values: skopeo.map(of) },
    ...(goal ? { goal } : {}),
  });
  const requests = ({ requests: count }: Measurement) => count;
  const bytes = ({ movedBytes }: Measurement) => movedBytes;
  const seconds = (measured: Measurement) => measured.seconds;
  const peak = ({ peakMiB }: Measurement) => peakMiB;
  const [fewer, sooner] = [{ atMost: 1 }, { atMost: 1 }];
  return [
    { ...versus('service', 'requests', fn.map(requests), requests), against: fixed('a read, a write', LEAST_REQUESTS) },
    { ...versus('service', 'bytes', fn.map(bytes), bytes), against: fixed('its manifest', manifests) },
    versus('service', 'requests', fn.map(requests), requests, fewer),
    versus('service', 'bytes', fn.map(bytes), bytes),
    versus('service, push to companion', 's', service, seconds, sooner),
    versus('service, cold start', 's', fn.map(seconds), seconds),
    versus('service', 'peak MiB', fn.map(peak), peak),
    versus('ecr-oci repair', 'requests', repair.map(requests), requests, fewer),
    versus('ecr-oci repair', 'bytes', repair.map(bytes), bytes),
    versus('ecr-oci repair', 's', repair.map(seconds), seconds),
    versus('ecr-oci repair', 'peak MiB', repair.map(peak), peak),
  ];
}

export const image: Group = {
  what: 'one image in a registry, by the service, `ecr-oci repair` and skopeo',
  measure: async ({ quick, progress }) => {
    const rows: Row[] = [];
    for (const [name, make] of Object.entries(PACKAGES)) {
      progress(name);
      rows.push(...(await rowsOf(name, await make(), quick ? 1 : 5)));
    }
    return rows;
  },
};
