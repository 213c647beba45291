import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ENV } from '../../../lambda/core/contract';
import { descriptor, index, OCI, ociImage } from '../../support/manifests';
import { StubEcr } from './stub-ecr';

const MIB = 1024 * 1024;

export interface Measured {
  /** The most memory that the process had. */
  readonly peakMiB: number;
  readonly cpuSeconds: number;
  /** Messages that went back to the queue. */
  readonly failures: number;
  /** PutImage calls. */
  readonly puts: number;
}

/** What is pushed or audited at once. */
export interface MemoryCase {
  readonly name: string;
  /** Stores the images, and returns the events of one batch. */
  readonly prepare: (ecr: StubEcr) => readonly object[];
  readonly expectedPuts: number;
}

/** Runs the bundled function on one batch, in a process with the memory that the construct gives it. */
export async function measure({ prepare }: MemoryCase, memoryMiB: number): Promise<Measured> {
  const ecr = await StubEcr.start();
  try {
    const events = prepare(ecr);
    const measured = await runFunction(ecr.endpoint, events, memoryMiB);
    return { ...measured, puts: ecr.puts };
  } finally {
    ecr.stop();
  }
}

async function runFunction(
  endpoint: string,
  events: readonly object[],
  memoryMiB: number,
): Promise<Omit<Measured, 'puts'>> {
  const child = fork(join(__dirname, 'child.cjs'), [join(__dirname, '../../../assets/remediate/index.js')], {
    // Lambda's Node.js knows the memory of its environment and collects garbage accordingly.
    execArgv: [`--max-old-space-size=${memoryMiB * 0.75}`],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      AWS_ENDPOINT_URL: endpoint,
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
    once(child, 'message') as Promise<[Omit<Measured, 'puts'>]>,
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

export const CASES: readonly MemoryCase[] = [
  {
    name: '10 pushes of 4 MiB, 33,000 layers each',
    prepare: (ecr) => each(10, (n) => pushed(ecr, layered(`n${n}`, 4 * MIB - 2_000), `n${n}`)),
    expectedPuts: 10,
  },
  {
    name: 'an audit of 100 tags of 300 kB',
    prepare: (ecr) => [audited(ecr, 'team/a', 100, 300_000)],
    expectedPuts: 0,
  },
  {
    name: '10 ordinary pushes',
    prepare: (ecr) => each(10, (n) => pushed(ecr, ociImage(`n${n}`), `n${n}`)),
    expectedPuts: 10,
  },
  {
    name: '10 pushes of 4 MiB, 95,000 annotations each',
    prepare: (ecr) => each(10, (n) => pushed(ecr, annotated(`n${n}`, 3.5 * MIB), `n${n}`)),
    expectedPuts: 10,
  },
  {
    name: 'a push of an index with 40 children of 4 MiB, whose platforms must be looked up',
    prepare: (ecr) => [pushedIndex(ecr, 40)],
    expectedPuts: 0,
  },
  {
    name: 'an audit of 100 tags of 4 MiB',
    prepare: (ecr) => [audited(ecr, 'team/a', 100, 4 * MIB - 2_000)],
    expectedPuts: 0,
  },
  {
    name: '5 audits of 100 tags of 1 MB at once',
    prepare: (ecr) => each(5, (n) => audited(ecr, `team/${n}`, 100, 1_000_000)),
    expectedPuts: 0,
  },
];

function pushed(ecr: StubEcr, manifest: object, tag: string): object {
  ecr.push('team/app', manifest, OCI.manifest, tag);
  return pushOf('team/app', tag);
}

function pushedIndex(ecr: StubEcr, children: number): object {
  const descriptors = each(children, (n) => ({
    mediaType: OCI.manifest,
    ...ecr.push('team/app', layered(`child${n}`, 4 * MIB - 2_000), OCI.manifest),
  }));
  ecr.push('team/app', index(descriptors), OCI.index, 'index');
  return pushOf('team/app', 'index');
}

function audited(ecr: StubEcr, repository: string, tags: number, bytes: number): object {
  for (let n = 0; n < tags; n += 1) ecr.push(repository, layered(`${repository}${n}`, bytes), OCI.manifest, `v${n}`);
  return auditOf(repository);
}
