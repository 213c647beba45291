import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { buildSync } from 'esbuild';
import { type FunctionRun, pushOf, runFunction } from '../../../support/function-process';
import { OCI, ociImage } from '../../../support/manifests';
import { StubEcr } from '../../../support/stub-ecr';
import { memoryOf } from '../../memory/limit';
import { type Group, interleaved } from '../group';
import type { Row } from '../row';

/** One push, in a process that has just started. */
async function coldStart(memoryMiB: number, file?: string): Promise<FunctionRun> {
  const ecr = await StubEcr.start();
  try {
    ecr.push('team/app', ociImage(), OCI.manifest, 'v1');
    const events = [pushOf('team/app', 'v1')];
    const run = await runFunction({ endpoint: ecr.endpoint, memoryMiB, ...(file ? { file } : {}) }, events);
    if (run.failures > 0 || ecr.puts !== 1) throw new Error(`expected one companion, got ${ecr.puts}`);
    return run;
  } finally {
    ecr.stop();
  }
}

function bundleBare(directory: string, name: string, external: string[]): string {
  const outfile = join(directory, `${name}.js`);
  buildSync({
    entryPoints: [join(__dirname, 'bare.ts')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    logLevel: 'warning',
    external,
  });
  return outfile;
}

const FIGURES: readonly (readonly [what: string, unit: string, of: (run: FunctionRun) => number])[] = [
  ['load', 'ms', ({ loadMs }) => loadMs],
  ['first repair', 'ms', ({ invocationMs }) => invocationMs],
  ['both', 'ms', ({ loadMs, invocationMs }) => loadMs + invocationMs],
  ['process', 'CPU s', ({ cpuSeconds }) => cpuSeconds],
  ['process', 'peak MiB', ({ peakMiB }) => peakMiB],
];

export const coldStartGroup: Group = {
  what: 'a new execution environment, from loading the function to the end of its first repair',
  measure: async ({ quick }) => {
    const directory = mkdtempSync(join(tmpdir(), 'bench-cold-start-'));
    const memoryMiB = memoryOf(new App());
    try {
      const external = bundleBare(directory, 'external', ['@aws-sdk/*', '@smithy/*']);
      const bundled = bundleBare(directory, 'bundled', []);
      const runs = await interleaved(
        {
          ours: () => coldStart(memoryMiB),
          external: () => coldStart(memoryMiB, external),
          bundled: () => coldStart(memoryMiB, bundled),
        },
        quick ? 5 : 25,
      );
      const rowsAgainst = (what: string, others: readonly FunctionRun[]): readonly Row[] =>
        FIGURES.map(([figure, unit, of]) => ({
          what: figure,
          unit,
          ours: runs.ours.map(of),
          against: { what, values: others.map(of) },
          ...(figure === 'both' ? { goal: { atMost: 1.05 } } : {}),
        }));
      return [
        ...rowsAgainst("the bare calls, Lambda's SDK", runs.external),
        ...rowsAgainst('the bare calls, SDK bundled', runs.bundled),
      ];
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
};
