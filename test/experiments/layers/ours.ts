import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Job, JobResult } from './child';

/** Bundles our code as the function has it, and runs it in a process of its own for each job. */
export function recompressor(directory: string): (job: Job) => Promise<JobResult> {
  const outfile = join(directory, 'child.js');
  buildSync({
    entryPoints: [join(__dirname, 'child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    logLevel: 'warning',
  });
  return async (job) => {
    const onCores = job.cores
      ? { execPath: 'taskset', execArgv: ['-c', job.cores, process.execPath] }
      : { execArgv: [] };
    const child = fork(outfile, onCores);
    child.send(job);
    const [result] = await Promise.race([
      once(child, 'message') as Promise<[JobResult]>,
      once(child, 'exit').then(([code, signal]) => {
        throw new Error(`the recompression died: ${code ?? signal}`);
      }),
    ]);
    return result;
  };
}
