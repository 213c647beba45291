import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What one way of recompressing took. */
export interface Measured {
  readonly cpuSeconds: number;
  readonly seconds: number;
  /** Of the process; of several, the largest. */
  readonly peakMiB: number;
}

/** Runs a command under GNU time, which counts its children, too. */
export async function measureCommand(program: string, ...args: readonly string[]): Promise<Measured> {
  const { stderr } = await promisify(execFile)('/usr/bin/time', ['-f', '\n%U %S %e %M', program, ...args], {
    encoding: 'utf8',
    timeout: 1_800_000,
  }).catch((error: NodeJS.ErrnoException & { stderr?: string }) => {
    throw error.code === 'ENOENT'
      ? new Error('the bench needs GNU time: apt-get install time')
      : new Error(`${program} ${args.join(' ')}: ${error.stderr}`);
  });
  const [user = 0, system = 0, seconds = 0, kib = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { cpuSeconds: user + system, seconds, peakMiB: kib / 1024 };
}
