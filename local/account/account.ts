import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type AccountRegion, LOCAL_ACCOUNT } from '../aws/account-region';
import { unsupported } from '../aws/unsupported';
import { Activity, type Clock, RealClock, SkippingClock, settle } from '../clock';
import { type FunctionView, Template } from '../cloudformation';
import { refusalOfImages } from '../cloudformation/image-consumers';
import { pick } from '../cloudformation/pick';
import { LocalStack, type StackResult } from '../cloudformation/stack';
import { LocalEcr } from '../ecr';
import { Bus, type PutEntry } from '../eventbridge';
import type { AccessRequest } from '../iam/policy';
import type { FunctionHost, LogLine } from '../lambda';
import { createQueues, type DeadLetter, type Queue, type RunningQueue, readDeadLetters, redriveAll } from '../sqs';
import { accessOfCall, authorize, principalOf } from './access';
import { Functions } from './functions';
import type { AccountCall, LocalAccountOptions } from './options';
import { AccountServer } from './server';
import { sessionOf, type Wire } from './wire';

export type { AccountCall, LocalAccountOptions, ReceivedCall } from './options';

/** An AWS account the size of a laptop: it runs a synthesized template and the function's built code. */
export class LocalAccount {
  /** Its custom resources, and what they were asked for. */
  readonly stack: LocalStack;
  readonly bus: Bus;
  readonly ecr: LocalEcr;
  /** Every line that the functions logged, in order. */
  readonly logs: LogLine[] = [];
  /** Every call of ECR's and EventBridge's AWS APIs, in order, by any caller. */
  readonly calls: AccountCall[] = [];
  /** Every use of the functions' roles, in order: by the functions, and by Lambda on their behalf. */
  readonly accesses: AccessRequest[] = [];
  readonly #account: AccountRegion = LOCAL_ACCOUNT;
  readonly #options: LocalAccountOptions;
  readonly #log: (line: string) => void;
  readonly #clock: Clock;
  readonly #activity = new Activity();
  readonly #queues: ReadonlyMap<string, RunningQueue>;
  readonly #server: AccountServer;
  readonly #directory: string;
  #template: Template;
  #functions: Functions | undefined;

  /** @throws if the template asks for something that this account can't do as AWS does */
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
    const { assembly, clock, log = () => {}, onEvent, putImagesPerSecond } = options;
    this.#options = options;
    this.#log = log;
    this.#clock = clock === 'skipping' ? new SkippingClock() : new RealClock();
    const now = () => this.#clock.now();
    this.stack = new LocalStack({
      invoke: (arn, event) => this.function(this.#logicalIdOf(arn)).invoke(event),
      elapse: (ms) => this.elapse(ms),
      endpoint: () => this.endpoint,
      refusal: (template) => refusalOfImages(template, (uri) => mediaTypeOf(this.ecr, uri)),
    });
    this.#template = this.#read(assembly);
    const { rules, busNames } = this.template;
    this.#queues = createQueues(this.template.queues, this.#clock, log);
    this.bus = new Bus({ ...this.#account, busNames, rules, queues: this.#queues, now, log, onEvent });
    // After all that may throw: `stop` can't remove it before the account exists.
    this.#directory = mkdtempSync(join(tmpdir(), 'local-account-'));
    this.ecr = new LocalEcr({
      ...this.#account,
      blobDirectory: join(this.#directory, 'blobs'),
      onEvent: (event) => this.bus.put(event),
      now: () => new Date(now()),
      pullTimeExclusions: this.template.pullTimeExclusions,
      principalOf: (request) => this.#signer(sessionOf(request))?.roleArn,
      putImagesPerSecond,
    });
    const before = this.#beforeCall.bind(this);
    this.#server = new AccountServer({
      ecr: this.ecr,
      bus: this.bus,
      answers: this.stack.answers,
      activity: this.#activity,
      log,
      now,
      before,
    });
  }

  /** What is deployed, or would be. */
  get template(): Template {
    return this.#template;
  }

  /**
   * Creates the stack or updates it: asks for its custom resources as CloudFormation does. Everything else of a template works without it.
   * @param assembly the new `cdk.out` of an update, or a template file; default: the one that the account started with
   * @throws if an update changes a queue, a rule or an event source mapping
   */
  async deploy(assembly: string = this.#options.assembly): Promise<StackResult> {
    const before = this.#template;
    await this.#use(this.#read(assembly));
    const result = await this.stack.deploy(this.#template);
    if (result.status.includes('ROLLBACK')) await this.#use(before);
    return result;
  }

  get endpoint(): string {
    return `http://${this.registryHost}`;
  }

  /** Host and port, as in an image reference. */
  get registryHost(): string {
    return this.#server.host;
  }

  /** @param name logical id, queue name, or a part of either that only one queue has */
  queue(name: string): Queue {
    const { arn } = pick(name, 'queue', this.template.queues);
    const running = this.#queues.get(arn);
    if (!running) throw new Error(`${name}: the queue ${arn} does not run`);
    return running.queue;
  }

  /** @param name logical id, function name, or a part of either that only one function has; default: the only function */
  function(name = ''): FunctionHost {
    if (!this.#functions) throw new Error('the local account has not started');
    return this.#functions.host(name);
  }

  /** The messages in every queue that serves another queue or a rule as dead-letter queue. */
  deadLetters(): readonly DeadLetter[] {
    return readDeadLetters(this.#queues, this.template.rules);
  }

  /** Moves every dead letter back to the queue that it came from. @returns how many */
  redrive(): number {
    return redriveAll(this.#queues);
  }

  /**
   * Resolves when no request, delivery, poll or invocation is under way and no message waits for another try.
   * @param options.timeoutMs real milliseconds, default 30,000
   * @param options.leapMs the least that the skipping clock skips, so that messages with different waits are tried together; default 0
   * @throws NotSettled with all that is still to do
   */
  settle({ timeoutMs = 30_000, leapMs = 0 }: { timeoutMs?: number; leapMs?: number } = {}): Promise<void> {
    return settle(this.#activity, this.#clock, timeoutMs, leapMs);
  }

  /** Lets time pass, and with it what is scheduled until then. The skipping clock skips it. */
  async elapse(milliseconds: number): Promise<void> {
    const end = this.#clock.now() + milliseconds;
    this.#clock.schedule(end, () => {}, 'time to pass');
    while (this.#clock.now() < end) await this.#clock.advance(end - this.#clock.now());
  }

  /** Ends every process, connection and timer, and removes the temporary directory. */
  async stop(): Promise<void> {
    this.#clock.stop();
    await this.#functions?.stop();
    await this.#server.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #logicalIdOf(functionArn: string): string {
    const fn = this.template.functions.find(({ arn }) => arn === functionArn);
    if (!fn) throw unsupported(`a custom resource of ${functionArn}, which is no function of the template`);
    return fn.logicalId;
  }

  #read(assembly: string): Template {
    return Template.read(assembly, { ...this.#account, ...this.#options, provided: this.stack.identities });
  }

  async #use(template: Template): Promise<void> {
    const running = ({ queues, rules, mappings }: Template) => ({ queues, rules, mappings });
    const { functions } = this.#template;
    if (!isDeepStrictEqual(running(template), running(this.#template)))
      throw unsupported('an update of queues, rules or event source mappings');
    this.#template = template;
    if (isDeepStrictEqual(functions, template.functions)) return;
    await this.#functions?.stop();
    this.#startFunctions();
  }

  #startFunctions(): void {
    this.#functions = new Functions({
      template: this.template,
      account: this.#account,
      queues: this.#queues,
      clock: this.#clock,
      activity: this.#activity,
      endpoint: this.endpoint,
      workDirectory: this.#directory,
      minEnvironments: this.#options.minEnvironments,
      log: this.#log,
      onLogLine: (line) => this.logs.push(line),
      onAccess: (access) => this.accesses.push(access),
    });
  }

  #signer(session: string | undefined): FunctionView | undefined {
    return session === undefined ? undefined : this.#functions?.signingWith(session);
  }

  async #beforeCall(call: AccountCall, wire: Wire, entries: readonly PutEntry[] = []): Promise<void> {
    const { session } = wire;
    const received = { ...call, entries, ...(session === undefined ? {} : { session }) };
    if (call.service !== 'registry') this.calls.push(call);
    await this.#options.beforeCall?.(received, wire);
    const fn = this.#signer(session);
    if (!fn) return;
    const accesses = accessOfCall(received, this.#account, this.ecr.resourceTags(call.repository ?? ''));
    this.accesses.push(...accesses.map((access) => ({ ...access, principal: principalOf(fn) })));
    authorize(this.template, fn, accesses, this.ecr.repositoryPolicy(call.repository ?? ''));
  }
}

/** @param imageUri of this registry, with a tag or a digest */
function mediaTypeOf(ecr: LocalEcr, imageUri: string): string | undefined {
  const [, repository = '', tag, digest] = /^[^/]+\/([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(imageUri) ?? [];
  return ecr.repositories.includes(repository)
    ? ecr.manifest(repository, digest ?? tag ?? 'latest')?.mediaType
    : undefined;
}
