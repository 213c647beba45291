import { EventEmitter } from 'node:events';
import { devNull } from 'node:os';
import { Readable } from 'node:stream';
import type { Clock, Io } from '../../bin/cli/io';
import { run } from '../../bin/program';
import type { Package } from '../../local/images/package';
import { EcrServer, type Ran } from './cli';
import { Written } from './written';

/** Nobody's AWS configuration, and no second attempt: a fault that a test injects is seen at once. */
export const NO_AWS_CONFIGURATION: Readonly<Record<string, string>> = {
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_MAX_ATTEMPTS: '1',
};

/** A wait takes no time, and the clock then says that it is over. */
export class LeapingClock implements Clock {
  #now = Date.now();

  /** @param onSleep runs instead of each wait */
  constructor(readonly onSleep: () => Promise<void> = async () => {}) {}

  now(): number {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.#now += ms;
    await this.onSleep();
  }
}

export interface RunOptions {
  readonly stdin?: string | Iterable<string>;
  /** Whether the command runs in a terminal. */
  readonly isTTY?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

export interface Running {
  readonly stdout: Written;
  readonly stderr: Written;
  /** As Ctrl-C does. */
  interrupt(): void;
  readonly ended: Promise<Ran>;
}

/** Runs the CLI in this process, as bin/ecr-oci.ts does in its own. */
export function startCli(args: readonly string[], options: RunOptions = {}): Running {
  const { stdin = '', isTTY = false, env = {}, clock = new LeapingClock() } = options;
  const [stdout, stderr, signals] = [new Written(isTTY), new Written(isTTY), new EventEmitter()];
  const io: Io = {
    stdin: Object.assign(Readable.from(typeof stdin === 'string' ? [stdin] : stdin), { isTTY }),
    stdout,
    stderr,
    signals,
    clock,
  };
  const restoreEnv = setEnv(env);
  const ended = run(args, io)
    .then((code): Ran => ({ code, stdout: stdout.text, stderr: stderr.text }))
    .finally(restoreEnv);
  return { stdout, stderr, interrupt: () => signals.emit('SIGINT', 'SIGINT'), ended };
}

export const runCli = (args: readonly string[], options?: RunOptions): Promise<Ran> => startCli(args, options).ended;

export interface EcrCli {
  readonly server: EcrServer;
  /** Runs a command that asks this ECR. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  start(args: readonly string[], options?: RunOptions): Running;
  push(tag: string, image: Package, repository?: string): Promise<unknown>;
  /** Gives the repository the resource tag by which its owner opts out. */
  optOut(repository?: string): void;
  /** Gives the repository a lifecycle policy with these rules. */
  setLifecycleRules(rules: readonly object[], repository?: string): void;
  /** How often an operation was called. */
  calls(operation: string): number;
}

/** An ECR of its own for each test, or for each file, and the CLI in front of it. */
export function useEcrCli({ sharedBy = 'test' }: { readonly sharedBy?: 'test' | 'file' } = {}): EcrCli {
  let server: EcrServer | undefined;
  const started = (): EcrServer => {
    if (!server) throw new Error('the ECR is up only while a test runs');
    return server;
  };
  const [before, after] = sharedBy === 'test' ? [beforeEach, afterEach] : [beforeAll, afterAll];
  useNoAwsConfiguration();
  before(async () => {
    server = await EcrServer.start();
  });
  after(() => started().stop());
  const start = (args: readonly string[], options?: RunOptions) =>
    startCli([...args, '--endpoint-url', started().endpoint], options);
  return {
    get server() {
      return started();
    },
    start,
    run: (args, options) => start(args, options).ended,
    push: (tag, image, repository = 'team/app') => started().registry.push(repository, tag, image),
    optOut: (repository = 'team/app') => started().ecr.tagResource(repository, { 'ecr-oci-remediation': 'disabled' }),
    setLifecycleRules: (rules, repository = 'team/app') =>
      started().ecr.putLifecyclePolicy(repository, JSON.stringify({ rules })),
    calls: (operation) => started().ecr.calls.filter((call) => call.operation === operation).length,
  };
}

/** For commands without this ECR: the SDK reads the environment of the process. */
export function useNoAwsConfiguration(): void {
  let restoreEnv: () => void;
  beforeAll(() => {
    const others = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
    restoreEnv = setEnv({ ...Object.fromEntries(others.map((name) => [name, undefined])), ...NO_AWS_CONFIGURATION });
  });
  afterAll(() => restoreEnv());
}

/** @returns what sets the variables back */
function setEnv(variables: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  return () => void setEnv(before);
}
