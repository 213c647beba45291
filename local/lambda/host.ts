import { ExecutionEnvironment, type LogLine } from './execution-environment';
import type { InvocationResult } from './messages';
import { type HostSettings, taskRootOf } from './settings';

export type { LogLine } from './execution-environment';

/**
 * Runs one function of the template, with one process for each concurrent invocation. Lambda doesn't say which environment it takes for the
 * next one; here it's the one that was idle the longest, so that no two invocations in a row share their state if that can be.
 */
export class FunctionHost {
  readonly #settings: HostSettings;
  readonly #taskRoot: string;
  readonly #log: (line: LogLine) => void;
  readonly #environments = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  #stopped = false;

  constructor(settings: HostSettings, log: (line: LogLine) => void) {
    this.#settings = settings;
    this.#log = log;
    this.#taskRoot = taskRootOf(settings);
    this.#checkRuntime();
  }

  /** Processes that are alive, including idle ones. */
  get processes(): number {
    return this.#environments.size;
  }

  /** Whether a call that is signed with this session token comes from one of its processes. */
  signsWith(session: string): boolean {
    return [...this.#environments].some(({ logStreamName }) => logStreamName === session);
  }

  /** A failure of the function is a result, as it is for a caller of Lambda. Rejects only if the host is stopped. */
  async invoke(event: unknown): Promise<InvocationResult> {
    if (this.#stopped) throw new Error(`${this.#settings.fn.logicalId}: the local account is stopped`);
    const mayRotate = this.#environments.size >= (this.#settings.minEnvironments ?? 1);
    const environment = (mayRotate ? this.#idle.shift() : undefined) ?? this.#start();
    const result = await environment.invoke(event);
    // Lambda doesn't reuse an environment whose init failed either.
    if (environment.usable) this.#idle.push(environment);
    else environment.kill();
    return result;
  }

  /**
   * Kills processes at once, even during an invocation.
   * @param session kills only the process whose calls are signed with this session token
   * @returns how many
   */
  kill(session?: string): number {
    const killed = [...this.#environments].filter(
      ({ logStreamName }) => session === undefined || logStreamName === session,
    );
    for (const environment of killed) {
      environment.kill();
      this.#forgetIdle(environment);
    }
    return killed.length;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const environments = [...this.#environments];
    this.kill();
    await Promise.all(environments.map(({ closed }) => closed));
  }

  #start(): ExecutionEnvironment {
    const environment = new ExecutionEnvironment(this.#settings, this.#taskRoot, this.#log);
    this.#environments.add(environment);
    void environment.closed.then(() => {
      this.#environments.delete(environment);
      this.#forgetIdle(environment);
    });
    return environment;
  }

  #forgetIdle(environment: ExecutionEnvironment): void {
    const at = this.#idle.indexOf(environment);
    if (at !== -1) this.#idle.splice(at, 1);
  }

  #checkRuntime(): void {
    const { name, runtime } = this.#settings.fn;
    const [, major] = /^nodejs(\d+)\.x$/.exec(runtime) ?? [];
    if (major === undefined) throw new Error(`${name}: expected a Node.js runtime, got ${runtime}`);
    if (major === process.versions.node.split('.')[0]) return;
    const line = `warning: the template asks for ${runtime}; this is Node.js ${process.versions.node}`;
    this.#log({ functionName: name, line });
  }
}
