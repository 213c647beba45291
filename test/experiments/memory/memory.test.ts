import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ENV } from '../../../lambda/core/contract';
import { descriptor, index, OCI, ociImage } from '../../support/manifests';
import { StubEcr } from './stub-ecr';

/** What the construct gives the function, less what Lambda's own processes take of it. */
const LIMIT_MIB = 512 - 64;
const MIB = 1024 * 1024;

interface Measured {
  readonly failures: number;
  readonly peakMiB: number;
  readonly cpuSeconds: number;
}

let ecr: StubEcr;
beforeEach(async () => {
  ecr = await StubEcr.start();
});
afterEach(() => ecr.stop());

/** Runs the bundled function on a batch of these events. */
async function measure(events: readonly object[]): Promise<Measured> {
  const child = fork(join(__dirname, 'child.cjs'), [join(__dirname, '../../../assets/remediate/index.js')], {
    // Lambda's Node.js knows the memory of its environment and collects garbage accordingly.
    execArgv: ['--max-old-space-size=384'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      AWS_ENDPOINT_URL: ecr.endpoint,
      AWS_REGION: 'eu-north-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_LAMBDA_FUNCTION_NAME: 'remediation',
      [ENV.account]: '123456789012',
      [ENV.partition]: 'aws',
      [ENV.urlSuffix]: 'amazonaws.com',
      [ENV.companionTagSuffix]: '-dockerv2',
      [ENV.platforms]: 'linux/amd64',
      [ENV.companionFor]: 'oci-images',
      [ENV.uncompressedLayers]: 'refuse',
      [ENV.repositories]: '*',
      [ENV.eventBusName]: 'default',
      [ENV.putImagesPerSecond]: '100',
      [ENV.auditPutImagesPerSecond]: '100',
      [ENV.auditWindowDays]: '7',
    },
  });
  child.send({ Records: events.map((event, at) => ({ messageId: `${at}`, body: JSON.stringify(event) })) });
  const [measured] = await Promise.race([
    once(child, 'message') as Promise<[Measured]>,
    once(child, 'exit').then(([code, signal]) => {
      throw new Error(`the function died: ${code ?? signal}`);
    }),
  ]);
  return measured;
}

const common = { id: 'e', account: '123456789012', region: 'eu-north-1', time: '2026-11-24T10:00:00Z' };
const pushOf = (repository: string, tag: string) => ({
  ...common,
  source: 'aws.ecr',
  'detail-type': 'ECR Image Action',
  detail: { 'action-type': 'PUSH', result: 'SUCCESS', 'repository-name': repository, 'image-tag': tag },
});
const auditOf = (repository: string) => ({
  ...common,
  source: 'ecr-oci-remediation',
  'detail-type': 'Repository Audit Requested',
  detail: { repository, backfill: true },
});

/** As many layers as fit this many bytes. */
const layered = (name: string, bytes: number) => {
  const layer = descriptor(OCI.gzip, name);
  return ociImage(name, { layers: Array(Math.floor(bytes / (JSON.stringify(layer).length + 1))).fill(layer) });
};
const annotated = (name: string, bytes: number) =>
  ociImage(name, {
    annotations: Object.fromEntries(
      Array.from({ length: Math.floor(bytes / 44) }, (_, n) => [`${name}-${n}-${'x'.repeat(20)}`, 'y']),
    ),
  });
const each = <T>(count: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, n) => make(n));

const CASES: [string, () => readonly object[], number][] = [
  ['10 ordinary pushes', () => each(10, (n) => pushed(ociImage(`n${n}`), `n${n}`)), 10],
  [
    '10 pushes of 4 MiB, 33,000 layers each',
    () => each(10, (n) => pushed(layered(`n${n}`, 4 * MIB - 2_000), `n${n}`)),
    10,
  ],
  [
    '10 pushes of 4 MiB, 95,000 annotations each',
    () => each(10, (n) => pushed(annotated(`n${n}`, 3.5 * MIB), `n${n}`)),
    10,
  ],
  ['a push of an index with 40 children of 4 MiB, whose platforms must be looked up', () => [pushedIndex(40)], 0],
  ['an audit of 100 tags of 300 kB', () => [audited('team/a', 100, 300_000)], 0],
  ['an audit of 100 tags of 4 MiB', () => [audited('team/a', 100, 4 * MIB - 2_000)], 0],
  ['5 audits of 100 tags of 1 MB at once', () => each(5, (n) => audited(`team/${n}`, 100, 1_000_000)), 0],
];

function pushed(manifest: object, tag: string): object {
  ecr.push('team/app', manifest, OCI.manifest, tag);
  return pushOf('team/app', tag);
}

function pushedIndex(children: number): object {
  const descriptors = each(children, (n) => ({
    mediaType: OCI.manifest,
    ...ecr.push('team/app', layered(`child${n}`, 4 * MIB - 2_000), OCI.manifest),
  }));
  ecr.push('team/app', index(descriptors), OCI.index, 'index');
  return pushOf('team/app', 'index');
}

function audited(repository: string, tags: number, bytes: number): object {
  for (let n = 0; n < tags; n += 1) ecr.push(repository, layered(`${repository}${n}`, bytes), OCI.manifest, `v${n}`);
  return auditOf(repository);
}

test.each(CASES)(
  '%s stay below the memory of the function',
  async (name, make, puts) => {
    const measured = await measure(make());
    console.log(
      `${name}: ${measured.peakMiB.toFixed(0)} MiB, ${measured.cpuSeconds.toFixed(1)} CPU s, ${measured.failures} back to the queue, ${ecr.puts} puts`,
    );
    expect(measured.peakMiB).toBeLessThan(LIMIT_MIB);
    expect([measured.failures, ecr.puts]).toEqual([0, puts]);
  },
  120_000,
);
