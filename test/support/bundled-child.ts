import { fork } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';

export interface ChildOptions {
  /** The numbers of the cores that it may use, as `taskset` takes them. @default all */
  readonly cores?: string;
}

/**
 * Bundles a program as the functions are bundled, and runs it in a process of its own for each job.
 * @param source the path of the program, which answers its one message with one
 * @param directory where the bundle goes
 */
export function bundledChild<Job extends number | object, Result>(
  source: string,
  directory: string,
): (job: Job, options?: ChildOptions) => Promise<Result> {
  const outfile = join(directory, basename(source, '.ts').concat('.js'));
  buildSync({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    logLevel: 'warning',
  });
  return async (job, { cores } = {}) => {
    const onCores = cores ? { execPath: 'taskset', execArgv: ['-c', cores, process.execPath] } : { execArgv: [] };
    const child = fork(outfile, onCores);
    child.send(job);
    const [result] = await Promise.race([
      once(child, 'message') as Promise<[Result]>,
      once(child, 'exit').then(([code, signal]) => {
        throw new Error(`${basename(source)} died: ${code ?? signal}`);
      }),
    ]);
    return result;
  };
}
