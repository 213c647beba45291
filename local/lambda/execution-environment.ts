import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { LogLines } from './log-lines';
import type { FromFunction, InvocationContext, InvocationResult, ToFunction } from './messages';
import { environmentOf, type HostSettings, nodeOptions } from './settings';

export interface LogLine {
  readonly functionName: string;
  readonly line: string;
  /** Absent if the line was written outside an invocation. */
  readonly requestId?: string;
}

type Answer = FromFunction | { readonly type: 'exited'; readonly how: string };

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
const INIT_SECONDS = 10;

/** One child process, which serves one invocation at a time and stays warm between them. */
export class ExecutionEnvironment {
  readonly #settings: HostSettings;
  readonly #process: ChildProcess;
  readonly #streams: readonly LogLines[];
  readonly #log: (line: LogLine) => void;
  readonly logStreamName = `local/[$LATEST]${randomUUID().replaceAll('-', '')}`;
  readonly closed: Promise<void>;
  readonly #ready: Promise<Answer>;
  #initialized = false;
  #requestId: string | undefined;
  #onAnswer: ((answer: Answer) => void) | undefined;
  #exit: string | undefined;

  constructor(settings: HostSettings, taskRoot: string, log: (line: LogLine) => void) {
    this.#settings = settings;
    this.#log = log;
    this.#process = fork(join(__dirname, 'bootstrap.cjs'), [], {
      cwd: taskRoot,
      env: environmentOf(settings, taskRoot, this.logStreamName),
      execArgv: [...nodeOptions(settings)],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    settings.onLogCall?.('CreateLogStream', this.logStreamName);
    const marker = `\u0001answered ${randomUUID()}\u0001`;
    this.#streams = [this.#process.stdout, this.#process.stderr]
      .filter((stream) => stream !== null)
      .map((stream) => new LogLines(stream, marker, (line) => this.#write(line)));
    this.#process.on('message', (message) => this.#onAnswer?.(message as FromFunction));
    this.closed = this.#watchExit();
    const seconds = Math.max(INIT_SECONDS, settings.fn.timeoutSeconds);
    this.#ready = this.#ask({ type: 'init', taskRoot, handler: settings.fn.handler, marker }, seconds);
  }

  /** Whether it can take another invocation. */
  get usable(): boolean {
    return this.#initialized && this.#alive;
  }

  get #alive(): boolean {
    return this.#exit === undefined && this.#process.connected;
  }

  async invoke(event: unknown): Promise<InvocationResult> {
    const requestId = randomUUID();
    const ready = await this.#ready;
    if (ready.type !== 'ready') return this.#broken(ready, requestId);
    this.#initialized = true;
    this.#requestId = requestId;
    const { timeoutSeconds } = this.#settings.fn;
    const answer = await this.#ask({ type: 'invoke', event, context: this.#contextOf(requestId) }, timeoutSeconds);
    const result =
      answer.type === 'response'
        ? ({ kind: 'response', response: answer.response === undefined ? null : JSON.parse(answer.response) } as const)
        : this.#broken(answer, requestId);
    this.#requestId = undefined;
    return result;
  }

  kill(): void {
    this.#exit ??= 'signal: killed';
    this.#process.kill('SIGKILL');
  }

  #watchExit(): Promise<void> {
    return new Promise((resolve) => {
      const exited = (how: string) => {
        this.#exit ??= how;
        this.#onAnswer?.({ type: 'exited', how: this.#exit });
        resolve();
      };
      this.#process.on('close', (code, signal) =>
        exited(signal ? `signal: ${SIGNALS[signal] ?? signal}` : `exit status ${code}`),
      );
      this.#process.on('error', (error) => exited(error.message));
    });
  }

  #contextOf(awsRequestId: string): InvocationContext {
    const { fn, clock } = this.#settings;
    return {
      awsRequestId,
      functionName: fn.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: fn.arn,
      memoryLimitInMB: String(fn.memoryMegabytes),
      logGroupName: fn.logGroupName,
      logStreamName: this.logStreamName,
      deadline: clock.now() + fn.timeoutSeconds * 1_000,
    };
  }

  /** Sends a message, and waits for the answer and for all output before it. */
  async #ask(message: DistributiveOmit<ToFunction, 'clockOffset'>, seconds: number): Promise<Answer> {
    if (!this.#alive) return { type: 'exited', how: this.#exit ?? 'the process is exiting' };
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<Answer>((resolve) => {
      this.#onAnswer = resolve;
      timer = setTimeout(() => {
        this.#exit ??= `timed out after ${seconds.toFixed(2)} seconds`;
        this.kill();
      }, seconds * 1_000);
      this.#process.send({ ...message, clockOffset: this.#settings.clock.offset }, (error) => {
        // If the channel is closed, the 'close' event says more: it has the exit code.
        if (error && this.#process.connected) resolve({ type: 'exited', how: error.message });
      });
    });
    clearTimeout(timer);
    this.#onAnswer = undefined;
    if (answer.type !== 'exited') await Promise.all(this.#streams.map((stream) => stream.marked()));
    return answer;
  }

  #broken(answer: Answer, requestId: string): InvocationResult {
    if (answer.type === 'error')
      return { kind: 'error', errorType: answer.errorType, errorMessage: answer.errorMessage };
    const how = answer.type === 'exited' ? answer.how : `unexpected answer ${answer.type}`;
    const [errorType, reason] = how.startsWith('timed out')
      ? ['Sandbox.Timedout', `Task ${how}`]
      : ['Runtime.ExitError', `Runtime exited with error: ${how}`];
    const errorMessage = `RequestId: ${requestId} Error: ${reason}`;
    this.#write(errorMessage);
    return { kind: 'error', errorType, errorMessage };
  }

  #write(line: string): void {
    this.#settings.onLogCall?.('PutLogEvents', this.logStreamName);
    const requestId = this.#requestId;
    this.#log({ functionName: this.#settings.fn.name, line, ...(requestId === undefined ? {} : { requestId }) });
  }
}

/** As Lambda writes them. */
const SIGNALS: Readonly<Record<string, string>> = { SIGKILL: 'killed', SIGABRT: 'aborted' };

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
