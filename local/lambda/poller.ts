import type { Activity } from '../clock/activity';
import type { Cancel, Clock } from '../clock/clock';
import type { MappingView } from '../cloudformation';
import type { ReceivedMessage } from '../sqs/message';
import type { Queue } from '../sqs/queue';
import { type BatchOutcome, readBatchResponse } from './batch-response';
import { compileFilters } from './filter';
import { lambdaRecord } from './record';
import type { InvocationResult } from './result';

export interface PollerOptions {
  readonly mapping: MappingView;
  readonly queue: Queue;
  readonly invoke: (event: unknown) => Promise<InvocationResult>;
  readonly clock: Clock;
  readonly activity: Activity;
  readonly log: (line: string) => void;
  /** Receives what Lambda asks of SQS in the name of the function's role. @default nobody */
  readonly onCall?: (operation: QueueOperation, queue: Queue) => void;
}

export type QueueOperation = 'GetQueueAttributes' | 'ReceiveMessage' | 'DeleteMessage';

/** Lambda starts a mapping with this many concurrent batches: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const INITIAL_CONCURRENCY = 5;

/** An event source mapping at work: takes batches from the queue, invokes the function, deletes what succeeded. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #passes: ReturnType<typeof compileFilters>;
  #running = 0;
  #windowEnds: number | undefined;
  #timer: Cancel | undefined;
  #pumping: { readonly immediate: NodeJS.Immediate; readonly end: () => void } | undefined;
  #stopped = false;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#passes = compileFilters(options.mapping.filters);
    this.#called('GetQueueAttributes');
    options.queue.onChange(() => this.#wake());
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.();
    if (this.#pumping) {
      clearImmediate(this.#pumping.immediate);
      this.#pumping.end();
    }
  }

  /** Polls in the next turn of the event loop, so that messages sent together may travel in one batch. */
  #wake(): void {
    if (this.#stopped || this.#pumping) return;
    const end = this.#options.activity.begin(`poll of ${this.#options.queue.logicalId}`);
    const immediate = setImmediate(() => {
      this.#pumping = undefined;
      try {
        this.#pump();
      } catch (error) {
        this.#options.activity.fail(`poll of ${this.#options.queue.logicalId}`, error);
      } finally {
        end();
      }
    });
    this.#pumping = { immediate, end };
  }

  #pump(): void {
    const { mapping, queue } = this.#options;
    while (this.#hasRoom && this.#batchIsReady()) {
      this.#windowEnds = undefined;
      this.#called('ReceiveMessage');
      const batch = this.#filter(queue.receive(mapping.batchSize));
      if (batch.length > 0) this.#start(batch);
    }
    this.#schedule();
  }

  get #hasRoom(): boolean {
    return this.#running < (this.#options.mapping.maximumConcurrency ?? INITIAL_CONCURRENCY);
  }

  #batchIsReady(): boolean {
    const { mapping, queue, clock } = this.#options;
    const { visible } = queue;
    if (visible === 0) {
      this.#windowEnds = undefined;
      return false;
    }
    if (mapping.windowSeconds === 0 || visible >= mapping.batchSize) return true;
    this.#windowEnds ??= clock.now() + mapping.windowSeconds * 1_000;
    return clock.now() >= this.#windowEnds;
  }

  #schedule(): void {
    const { clock, queue } = this.#options;
    this.#timer?.();
    this.#timer = undefined;
    if (!this.#hasRoom) return; // The end of an invocation polls again.
    const times = [this.#windowEnds, queue.nextVisibleAt].filter((time) => time !== undefined);
    if (times.length === 0) return;
    const waiting = `${queue.logicalId}: ${queue.messages.length} messages wait for their visibility timeout or batching window`;
    this.#timer = clock.schedule(Math.min(...times), () => this.#wake(), waiting);
  }

  #filter(messages: readonly ReceivedMessage[]): readonly ReceivedMessage[] {
    const { queue, log } = this.#options;
    return messages.filter((message) => {
      if (this.#passes(lambdaRecord(message, queue.arn))) return true;
      this.#delete(message);
      log(`${queue.logicalId}: message ${message.id} passes no filter of ${this.#options.mapping.logicalId}; deleted`);
      return false;
    });
  }

  #start(batch: readonly ReceivedMessage[]): void {
    const { activity, invoke, queue } = this.#options;
    const ids = batch.map(({ id }) => id);
    this.#running += 1;
    activity.run(`invocation with ${batch.length} messages of ${queue.logicalId}`, async () => {
      try {
        const result = await invoke({ Records: batch.map((message) => lambdaRecord(message, queue.arn)) });
        this.#finish(batch, this.#outcome(result, ids));
      } finally {
        this.#running -= 1;
        this.#wake();
      }
    });
  }

  #delete({ receiptHandle }: ReceivedMessage): boolean {
    this.#called('DeleteMessage');
    return this.#options.queue.delete(receiptHandle);
  }

  #called(operation: QueueOperation): void {
    this.#options.onCall?.(operation, this.#options.queue);
  }

  #outcome(result: InvocationResult, ids: readonly string[]): BatchOutcome {
    if (result.kind === 'error') return { kind: 'failure', reason: `${result.errorType}: ${result.errorMessage}` };
    return this.#options.mapping.reportBatchItemFailures
      ? readBatchResponse(result.response, ids)
      : { kind: 'success' };
  }

  #finish(batch: readonly ReceivedMessage[], outcome: BatchOutcome): void {
    const { queue, log } = this.#options;
    if (outcome.kind === 'failure') {
      log(`${queue.logicalId}: a batch of ${batch.length} failed and stays in the queue: ${outcome.reason}`);
      return;
    }
    const stays = outcome.kind === 'partial' ? outcome.failed : new Set<string>();
    for (const message of batch) {
      if (stays.has(message.id))
        log(`${queue.logicalId}: message ${message.id} was reported as failed and stays in the queue`);
      else if (!this.#delete(message)) {
        log(`${queue.logicalId}: message ${message.id} was done after its visibility timeout and is delivered again`);
      }
    }
  }
}
