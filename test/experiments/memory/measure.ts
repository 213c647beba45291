import { auditOf, type FunctionRun, pushOf, runFunction } from '../../support/function-process';
import { descriptor, index, OCI, ociImage } from '../../support/manifests';
import { StubEcr } from '../../support/stub-ecr';

const MIB = 1024 * 1024;

export interface Measured extends FunctionRun {
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
    const measured = await runFunction({ endpoint: ecr.endpoint, memoryMiB }, events);
    return { ...measured, puts: ecr.puts };
  } finally {
    ecr.stop();
  }
}

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
