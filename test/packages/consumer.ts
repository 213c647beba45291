import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { version } from '../../package.json';

const root = join(__dirname, '../..');

/** The machine's, without what `npm run` adds: our tools, and the Node.js that `npm ci` installs. */
export const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.endsWith(join('node_modules', '.bin')))
  .join(delimiter);
const machineNode = execFileSync('node', ['-p', 'process.execPath'], { env: { PATH }, encoding: 'utf8' }).trim();

/** The version that the lock file names, whose tarball `npm ci` has left in npm's cache. */
const locked = (name: string) => {
  const manifest = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
  return `${name}@${manifest.version}`;
};

/** In kB. */
interface Sizes {
  readonly packed: number;
  readonly unpacked: number;
}

/** The larger of the two changes: 0.1 is a tenth more or less. */
export const changeOf = (now: Sizes, recorded: Sizes): number =>
  Math.max(Math.abs(now.packed / recorded.packed - 1), Math.abs(now.unpacked / recorded.unpacked - 1));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly path?: string;
}

/** An empty app, outside this repository, that installs one of the packages from its tarball. */
export class Consumer {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'consumer-')));
  readonly tarball: string;

  /** @param packageName of which `npm run package` has left the tarball in `dist` */
  constructor(readonly packageName: string) {
    this.tarball = join(root, 'dist', `${packageName}-${version}.tgz`);
    mkdirSync(join(this.directory, 'bin'));
    symlinkSync(machineNode, join(this.directory, 'bin/node'));
  }

  /** @param others packages from the registry that this environment has */
  install(others: readonly string[] = [], options: readonly string[] = []): void {
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    const args = ['install', ...quiet, ...options, `--prefix=${this.directory}`, this.tarball, ...others.map(locked)];
    execFileSync('npm', args, {
      cwd: this.directory,
      env: { ...process.env, PATH },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  /** Where the package is installed. */
  get installed(): string {
    return join(this.directory, 'node_modules', this.packageName);
  }

  get manifest(): Readonly<Record<string, unknown>> {
    return JSON.parse(readFileSync(join(this.installed, 'package.json'), 'utf8'));
  }

  /** Files of the package, by their paths in it. */
  get files(): readonly string[] {
    return globSync('**', { cwd: this.installed })
      .concat(globSync('.*', { cwd: this.installed }))
      .filter((path) => statSync(join(this.installed, path)).isFile())
      .sort();
  }

  get sizes(): Sizes {
    const bytes = this.files.reduce((sum, path) => sum + statSync(join(this.installed, path)).size, 0);
    return { packed: Math.round(statSync(this.tarball).size / 1000), unpacked: Math.round(bytes / 1000) };
  }

  /** With nobody's AWS configuration. By default with Node.js on the path and nothing else: no esbuild, no TypeScript, no Docker. */
  start(
    command: string,
    args: readonly string[],
    { cwd = this.directory, path = join(this.directory, 'bin') }: Surroundings = {},
  ): ChildProcess {
    const env = {
      PATH: path,
      HOME: this.directory,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_DISABLE_VERSION_CHECK: '1',
    };
    return spawn(join(this.directory, 'node_modules/.bin', command), args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async run(command: string, args: readonly string[], surroundings?: Surroundings): Promise<Ran> {
    const child = this.start(command, args, surroundings);
    if (!child.stdout || !child.stderr) throw new Error(`no pipes to ${command}`);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code, stdout, stderr };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}
