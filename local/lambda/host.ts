import { ExecutionEnvironment, type LogLine } from './execution-environment';
import type { InvocationResult } from './result';
import { type HostSettings, taskRootOf } from './settings';

export type { LogLine } from './execution-environment';

/** Runs one function of the template, in as many processes as there are invocations at a time. */
export class FunctionHost {
  readonly #settings: HostSettings;
  readonly #now: () => number;
  readonly #taskRoot: string;
  readonly #log: (line: LogLine) => void;
  readonly #environments = new Set<ExecutionEnvironment>();
  readonly #idle: ExecutionEnvironment[] = [];
  #stopped = false;

  /** @param now the account's clock, in milliseconds since the epoch */
  constructor(settings: HostSettings, now: () => number, log: (line: LogLine) => void) {
    this.#settings = settings;
    this.#now = now;
    this.#log = log;
    this.#taskRoot = taskRootOf(settings);
    this.#warnOfOtherNode();
  }

  /** Processes that are alive, idle ones included. */
  get processes(): number {
    return this.#environments.size;
  }

  /** Whether a call that is signed with this session token comes from one of its processes. */
  signs(session: string): boolean {
    return [...this.#environments].some(({ logStreamName }) => logStreamName === session);
  }

  /** Never rejects: what goes wrong in the function is a result, as it is for a caller of Lambda. */
  async invoke(event: unknown): Promise<InvocationResult> {
    if (this.#stopped) throw new Error(`${this.#settings.fn.logicalId}: the local account is stopped`);
    const environment = this.#idle.pop() ?? this.#start();
    const result = await environment.invoke(event, this.#now());
    // An environment whose init failed is of no more use than one whose process is gone.
    if (environment.usable) this.#idle.push(environment);
    else environment.kill();
    return result;
  }

  /**
   * Kills processes at once, in the middle of whatever they do.
   * @param session only the process whose calls are signed with this session token
   * @returns how many
   */
  kill(session?: string): number {
    const killed = [...this.#environments].filter(
      ({ logStreamName }) => session === undefined || logStreamName === session,
    );
    for (const environment of killed) {
      environment.kill();
      const at = this.#idle.indexOf(environment);
      if (at !== -1) this.#idle.splice(at, 1);
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
      const at = this.#idle.indexOf(environment);
      if (at !== -1) this.#idle.splice(at, 1);
    });
    return environment;
  }

  #warnOfOtherNode(): void {
    const { name, runtime } = this.#settings.fn;
    const [, major] = /^nodejs(\d+)\.x$/.exec(runtime) ?? [];
    if (major === undefined) throw new Error(`${name}: the local account runs Node.js functions only, not ${runtime}`);
    if (major === process.versions.node.split('.')[0]) return;
    this.#log({
      functionName: name,
      line: `warning: the template asks for ${runtime}; this is Node.js ${process.versions.node}`,
    });
  }
}
