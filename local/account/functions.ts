import type { AccountRegion } from '../aws/account-region';
import type { Activity, Clock } from '../clock';
import type { FunctionView, Template } from '../cloudformation';
import { pick } from '../cloudformation/pick';
import type { AccessRequest } from '../iam/policy';
import { FunctionHost, type LogLine, type Poller, startPollers } from '../lambda';
import type { Queue, RunningQueue } from '../sqs';
import { accessOfLog, accessOfQueue } from './access';

export interface FunctionsOptions {
  readonly template: Template;
  readonly account: AccountRegion;
  readonly queues: ReadonlyMap<string, RunningQueue>;
  readonly clock: Clock;
  readonly activity: Activity;
  /** Where the functions find AWS. */
  readonly endpoint: string;
  readonly workDirectory: string;
  readonly log: (line: string) => void;
  readonly onLogLine: (line: LogLine) => void;
  /** Receives each use of a function's role by Lambda itself. */
  readonly onAccess: (access: AccessRequest) => void;
}

/** The template's functions at work, each fed by its queues. */
export class Functions {
  readonly #views: readonly FunctionView[];
  readonly #hosts: ReadonlyMap<string, FunctionHost>;
  readonly #pollers: readonly Poller[];

  constructor(options: FunctionsOptions) {
    const { template, queues, clock, activity, log, onAccess } = options;
    this.#views = template.functions;
    this.#hosts = new Map(template.functions.map((fn) => [fn.logicalId, startHost(fn, options)]));
    const onCall = (operation: string, queue: Queue) => {
      for (const access of accessOfQueue(operation, queues.get(queue.arn)?.view ?? queue)) onAccess(access);
    };
    this.#pollers = startPollers(template, queues, this.#hosts, { clock, activity, log, onCall });
  }

  /** @param name logical id, function name, or a part that only one function has; '' for the only function */
  host(name: string): FunctionHost {
    return this.#hostOf(pick(name, 'function', this.#views));
  }

  /** The function whose process signs with this session token. */
  signingWith(session: string): FunctionView | undefined {
    return this.#views.find((fn) => this.#hostOf(fn).signsWith(session));
  }

  async stop(): Promise<void> {
    for (const poller of this.#pollers) poller.stop();
    await Promise.all([...this.#hosts.values()].map((host) => host.stop()));
  }

  #hostOf({ logicalId }: FunctionView): FunctionHost {
    const host = this.#hosts.get(logicalId);
    if (!host) throw new Error(`${logicalId}: the function has no host`);
    return host;
  }
}

function startHost(
  fn: FunctionView,
  { account, clock, endpoint, workDirectory, log, onLogLine, onAccess }: FunctionsOptions,
): FunctionHost {
  const onLogCall = (operation: string, logStreamName: string) =>
    onAccess(accessOfLog(operation, account, fn.logGroupName, logStreamName));
  const settings = { fn, region: account.region, endpoint, workDirectory, clock, onLogCall };
  return new FunctionHost(settings, (line) => {
    onLogLine(line);
    log(`${fn.logicalId}: ${line.line}`);
  });
}
