import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { bundleCli } from '../../scripts/bundle-cli';

export { EcrServer } from './ecr-server';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const AT_A_TIME = 4;

/** The CLI as it is published: one file, run by node, with nobody's AWS configuration. */
export class Cli {
  readonly directory = mkdtempSync(join(tmpdir(), 'ecr-oci-'));
  readonly file = bundleCli(this.directory).file;

  /** Beside this process, which may be the server that it talks to. */
  start(args: readonly string[], { env = {} }: RunOptions = {}): ChildProcess {
    return spawn(process.execPath, [this.file, ...args], {
      stdio: 'pipe',
      env: {
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_MAX_ATTEMPTS: '1',
        NODE_COMPILE_CACHE: this.directory,
        HOME: this.directory,
        ...env,
      },
    });
  }

  async run(args: readonly string[], { stdin = '', env = {} }: RunOptions = {}): Promise<Ran> {
    const child = this.start(args, { env });
    if (!child.stdout || !child.stderr) throw new Error('no pipes to the CLI');
    const code = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve(status));
    });
    child.stdin?.on('error', () => {}); // A command that reads no stdin may be gone before it is written.
    child.stdin?.end(stdin);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, stdout, stderr };
  }

  /** Several runs at a time, since each is mostly the start of a process. @returns in the order given */
  async runAll(runs: readonly (readonly [args: readonly string[], options?: RunOptions])[]): Promise<readonly Ran[]> {
    const results: Ran[] = [];
    for (let at = 0; at < runs.length; at += AT_A_TIME)
      results.push(...(await Promise.all(runs.slice(at, at + AT_A_TIME).map((run) => this.run(...run)))));
    return results;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}
