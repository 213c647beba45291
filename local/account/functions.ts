import type { AccountRegion } from '../aws/account-region';
import type { Activity, Clock } from '../clock';
import type { FunctionView, MappingView, Template } from '../cloudformation';
import { pick } from '../cloudformation/pick';
import type { AccessRequest } from '../iam/policy';
import { FunctionHost, type LogLine, Poller } from '../lambda';
import type { RunningQueue } from '../sqs';
import { accessOfLog, accessOfQueue, principalOf } from './access';

export interface FunctionsOptions {
  readonly template: Template;
  readonly account: AccountRegion;
  readonly queues: ReadonlyMap<string, RunningQueue>;
  readonly clock: Clock;
  readonly activity: Activity;
  /** Where the functions find AWS. */
  readonly endpoint: string;
  readonly workDirectory: string;
  readonly minEnvironments?: number;
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

  /** @throws for an event source mapping that Lambda would refuse */
  constructor(options: FunctionsOptions) {
    const { functions, mappings } = options.template;
    this.#views = functions;
    this.#hosts = new Map(functions.map((fn) => [fn.logicalId, startHost(fn, options)]));
    this.#pollers = mappings.filter(({ enabled }) => enabled).map((mapping) => this.#startPoller(mapping, options));
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

  #startPoller(mapping: MappingView, { queues, clock, activity, log, onAccess }: FunctionsOptions): Poller {
    const { logicalId, functionName, queueArn } = mapping;
    const fn = this.#views.find(({ name, arn }) => name === functionName || arn === functionName);
    const source = queues.get(queueArn);
    if (!fn || !source) throw new Error(`${logicalId}: expected its function and its queue in the template`);
    const { view, queue } = source;
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    if (view.visibilityTimeoutSeconds < fn.timeoutSeconds)
      throw new Error(
        `${logicalId}: the queue's visibility timeout (${view.visibilityTimeoutSeconds} s) is less than the function's timeout (${fn.timeoutSeconds} s); Lambda refuses such a mapping`,
      );
    const onCall = (operation: string) => {
      for (const access of accessOfQueue(operation, view)) onAccess({ ...access, principal: principalOf(fn) });
    };
    const invoke = (event: unknown) => this.#hostOf(fn).invoke(event);
    return new Poller({ mapping, queue, invoke, clock, activity, log, onCall });
  }
}

function startHost(
  fn: FunctionView,
  { account, clock, endpoint, workDirectory, minEnvironments, log, onLogLine, onAccess }: FunctionsOptions,
): FunctionHost {
  const onLogCall = (operation: string, logStreamName: string) =>
    onAccess({ ...accessOfLog(operation, account, fn.logGroupName, logStreamName), principal: principalOf(fn) });
  const settings = { fn, region: account.region, endpoint, workDirectory, minEnvironments, clock, onLogCall };
  return new FunctionHost(settings, (line) => {
    onLogLine(line);
    log(`${fn.logicalId}: ${line.line}`);
  });
}
