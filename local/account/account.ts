import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsError } from '../aws/error';
import { Activity, RealClock, SkippingClock, settle } from '../clock';
import { type AccessRequest, evaluate, Template } from '../cloudformation';
import { pick } from '../cloudformation/pick';
import { LocalEcr } from '../ecr';
import { Bus, type PutEntry } from '../eventbridge';
import { FunctionHost, type LogLine, type Poller, startPollers } from '../lambda';
import { createQueues, type DeadLetter, type Queue, type RunningQueue, readDeadLetters, redriveAll } from '../sqs';
import { type AccountPlace, accessOfCall, accessOfQueue, logStreamArn } from './access';
import type { AccountCall, LocalAccountOptions } from './options';
import { AccountServer } from './server';
import type { Wire } from './wire';

export type { AccountCall, LocalAccountOptions, ReceivedCall } from './options';

/** An AWS account the size of a laptop: it runs a synthesized template and the function's built code. */
export class LocalAccount {
  readonly template: Template;
  readonly bus: Bus;
  readonly ecr: LocalEcr;
  /** Everything the functions wrote, in order. */
  readonly logs: LogLine[] = [];
  /** The calls of ECR's and EventBridge's JSON APIs, in order, whoever made them. */
  readonly calls: AccountCall[] = [];
  /** What the functions' roles were used for, in order: their own calls, and what Lambda does in their name. */
  readonly accesses: AccessRequest[] = [];
  readonly #functions = new Map<string, FunctionHost>();
  readonly #queues: ReadonlyMap<string, RunningQueue>;
  #pollers: readonly Poller[] = [];
  readonly #activity = new Activity();
  readonly #clock: RealClock | SkippingClock;
  readonly #server: AccountServer;
  readonly #log: (line: string) => void;
  readonly #options: LocalAccountOptions;
  readonly #dataDirectory: string;

  /** @throws when the template asks for something that this account cannot do as AWS does */
  static async start(options: LocalAccountOptions): Promise<LocalAccount> {
    const account = new LocalAccount(options);
    try {
      await account.#server.listen(options.port ?? 0);
      account.#startFunctions();
      return account;
    } catch (error) {
      await account.stop();
      throw error;
    }
  }

  private constructor(options: LocalAccountOptions) {
    const { assembly, accountId = '123456789012', region = 'eu-north-1', clock = 'real', log = () => {} } = options;
    this.#options = options;
    this.#log = log;
    this.#clock = clock === 'skipping' ? new SkippingClock() : new RealClock();
    this.template = Template.read(assembly, { ...options, accountId, region });
    const now = () => this.#clock.now();
    this.#queues = createQueues(this.template.queues, this.#clock, log);
    const { rules, busNames } = this.template;
    const { onEvent } = options;
    this.bus = new Bus({
      accountId,
      region,
      busNames,
      rules,
      queues: this.#queues,
      now,
      log,
      ...(onEvent && { onEvent }),
    });
    this.#dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'local-account-'));
    const blobDirectory = join(this.#dataDirectory, 'blobs');
    mkdirSync(blobDirectory, { recursive: true });
    this.ecr = new LocalEcr({
      accountId,
      region,
      blobDirectory,
      onEvent: (event) => this.bus.put(event),
      now: () => new Date(now()),
      ...(options.putImagesPerSecond === undefined ? {} : { putImagesPerSecond: options.putImagesPerSecond }),
    });
    const received = this.#received.bind(this);
    this.#server = new AccountServer({ ecr: this.ecr, bus: this.bus, activity: this.#activity, log, received });
  }

  get #place(): AccountPlace {
    const { accountId = '123456789012', region = 'eu-north-1' } = this.#options;
    return { accountId, region };
  }

  get endpoint(): string {
    return `http://${this.registryHost}`;
  }

  /** Host and port, as they stand in an image reference. */
  get registryHost(): string {
    return this.#server.host;
  }

  /** @param name logical id, queue name, or a part of logical id or construct path that only one queue has */
  queue(name: string): Queue {
    const { arn } = pick(name, 'queue', this.template.queues);
    return this.#running(this.#queues.get(arn)?.queue, name);
  }

  /** @param name logical id, function name, or a part that only one function has; default: the only function */
  function(name = ''): FunctionHost {
    const { logicalId } = pick(name, 'function', this.template.functions);
    return this.#running(this.#functions.get(logicalId), name);
  }

  /** What lies in every queue that another queue or a rule gives its failures to. */
  deadLetters(): readonly DeadLetter[] {
    return readDeadLetters(this.#queues, this.template.rules);
  }

  /** Moves every dead letter back to the queue that it came from. @returns how many */
  redrive(): number {
    return redriveAll(this.#queues);
  }

  /**
   * Resolves when no request, delivery, poll or invocation is under way and no message waits to be tried again. Dead letters are at rest.
   * @param options.timeoutMs real milliseconds, default 30,000
   * @param options.leapMs how far the skipping clock leaps at least, so that what waits for several times is tried together; default 0
   * @throws NotSettled with all that is still to do
   */
  settle({
    timeoutMs = 30_000,
    leapMs = 0,
  }: {
    readonly timeoutMs?: number;
    readonly leapMs?: number;
  } = {}): Promise<void> {
    return settle(this.#activity, this.#clock, timeoutMs, leapMs);
  }

  /** Ends every process, connection and timer, and removes the temporary directory. */
  async stop(): Promise<void> {
    for (const poller of this.#pollers) poller.stop();
    this.#clock.stop();
    await Promise.all([...this.#functions.values()].map((host) => host.stop()));
    await this.#server.close();
    if (this.#options.dataDirectory === undefined) rmSync(this.#dataDirectory, { recursive: true, force: true });
  }

  #startFunctions(): void {
    const { region } = this.#place;
    const clock = this.#clock;
    for (const fn of this.template.functions) {
      const clockOffset = () => (clock instanceof SkippingClock ? clock.skipped : null);
      const onLogCall = (operation: string, logStream: string) =>
        this.accesses.push({
          action: `logs:${operation}`,
          resource: logStreamArn(this.#place, fn.logGroupName, logStream),
        });
      const settings = {
        fn,
        region,
        endpoint: this.endpoint,
        workDirectory: this.#dataDirectory,
        clockOffset,
        onLogCall,
      };
      const log = (line: LogLine) => {
        this.logs.push(line);
        this.#log(`${fn.logicalId}: ${line.line}`);
      };
      this.#functions.set(fn.logicalId, new FunctionHost(settings, () => clock.now(), log));
    }
    const onCall = (operation: string, queue: Queue) =>
      this.accesses.push(...accessOfQueue(operation, this.#queues.get(queue.arn)?.view ?? queue));
    const shared = { clock, activity: this.#activity, log: this.#log, onCall };
    this.#pollers = startPollers(this.template, this.#queues, this.#functions, shared);
  }

  #running<T>(part: T | undefined, name: string): T {
    if (part === undefined) throw new Error(`${name}: the local account has stopped or is not yet started`);
    return part;
  }

  async #received(call: AccountCall, wire: Wire, entries: readonly PutEntry[] = []): Promise<void> {
    const { session } = wire;
    const received = { ...call, entries, ...(session === undefined ? {} : { session }) };
    if (call.service !== 'registry') this.calls.push(call);
    await this.#options.beforeCall?.(received, wire);
    const host = [...this.#functions].find(([, fn]) => session !== undefined && fn.signs(session));
    if (host)
      this.#authorize(host[0], accessOfCall(received, this.#place, this.ecr.resourceTags(call.repository ?? '')));
  }

  /** @throws AwsError when the function's role may not do it; a role that this template does not describe may do everything */
  #authorize(logicalId: string, accesses: readonly AccessRequest[]): void {
    const fn = pick(logicalId, 'function', this.template.functions);
    const statements = this.template.statementsOf(fn);
    this.accesses.push(...accesses);
    const forbidden = accesses.find((access) => evaluate(statements, access) !== 'allowed');
    if (!forbidden || statements.length === 0 || this.template.managedPoliciesOf(fn).length > 0) return;
    const { action, resource } = forbidden;
    throw new AwsError(
      'AccessDeniedException',
      `${fn.roleArn} is not authorized to perform: ${action} on resource: ${resource}`,
    );
  }
}
