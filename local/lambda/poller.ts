import type { Activity } from '../clock/activity';
import type { Cancel, Clock } from '../clock/clock';
import type { MappingView } from '../cloudformation';
import type { ReceivedMessage } from '../sqs/message';
import type { Queue } from '../sqs/queue';
import { type BatchOutcome, readBatchResponse } from './batch-response';
import type { InvocationResult } from './messages';
import { lambdaRecord } from './record';

export interface PollerOptions {
  readonly mapping: MappingView;
  readonly queue: Queue;
  readonly invoke: (event: unknown) => Promise<InvocationResult>;
  readonly clock: Clock;
  readonly activity: Activity;
  readonly log: (line: string) => void;
  /** Receives the calls that Lambda makes to SQS with the function's role. @default none */
  readonly onCall?: (operation: QueueOperation) => void;
}

export type QueueOperation = 'GetQueueAttributes' | 'ReceiveMessage' | 'DeleteMessage';

/** Lambda starts a mapping with this many concurrent batches: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const INITIAL_CONCURRENCY = 5;

/** An event source mapping at work: takes batches from the queue, invokes the function, and deletes the messages that succeeded. */
export class Poller {
  readonly #options: PollerOptions;
  #batches = 0;
  #timer: Cancel | undefined;
  #poll: { readonly immediate: NodeJS.Immediate; readonly end: () => void } | undefined;
  #stopped = false;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#called('GetQueueAttributes');
    options.queue.onSend(() => this.#pollSoon());
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.();
    if (!this.#poll) return;
    clearImmediate(this.#poll.immediate);
    this.#poll.end();
  }

  /** Polls in the next turn of the event loop, so that messages that are sent together can travel in one batch. */
  #pollSoon(): void {
    if (this.#stopped || this.#poll) return;
    const { activity, queue } = this.#options;
    const end = activity.begin(`poll of ${queue.logicalId}`);
    const immediate = setImmediate(() => {
      this.#poll = undefined;
      try {
        this.#startBatches();
      } catch (error) {
        activity.fail(`poll of ${queue.logicalId}`, error);
      } finally {
        end();
      }
    });
    this.#poll = { immediate, end };
  }

  #startBatches(): void {
    const { mapping, queue } = this.#options;
    this.#timer?.();
    const concurrency = mapping.maximumConcurrency ?? INITIAL_CONCURRENCY;
    while (this.#batches < concurrency) {
      this.#called('ReceiveMessage');
      const batch = queue.receive(mapping.batchSize);
      if (batch.length === 0) {
        this.#pollWhenVisible();
        return;
      }
      this.#start(batch);
    }
    // The end of a batch polls again.
  }

  #pollWhenVisible(): void {
    const { clock, queue } = this.#options;
    if (queue.nextVisibleAt === undefined) return;
    const waiting = `${queue.logicalId}: ${queue.messages.length} messages wait for their visibility timeout`;
    this.#timer = clock.schedule(queue.nextVisibleAt, () => this.#pollSoon(), waiting);
  }

  #start(batch: readonly ReceivedMessage[]): void {
    const { activity, invoke, queue } = this.#options;
    this.#batches += 1;
    activity.run(`invocation with ${batch.length} messages of ${queue.logicalId}`, async () => {
      try {
        const result = await invoke({ Records: batch.map((message) => lambdaRecord(message, queue.arn)) });
        this.#finish(batch, this.#outcomeOf(batch, result));
      } finally {
        this.#batches -= 1;
        this.#pollSoon();
      }
    });
  }

  #outcomeOf(batch: readonly ReceivedMessage[], result: InvocationResult): BatchOutcome {
    if (result.kind === 'error') return { kind: 'failure', reason: `${result.errorType}: ${result.errorMessage}` };
    if (!this.#options.mapping.reportBatchItemFailures) return { kind: 'success' };
    return readBatchResponse(
      result.response,
      batch.map(({ id }) => id),
    );
  }

  #finish(batch: readonly ReceivedMessage[], outcome: BatchOutcome): void {
    const { queue, log } = this.#options;
    if (outcome.kind === 'failure') {
      log(`${queue.logicalId}: a batch of ${batch.length} failed and stays in the queue: ${outcome.reason}`);
      return;
    }
    const failed = outcome.kind === 'partial' ? outcome.failed : new Set<string>();
    for (const { id, receiptHandle } of batch) {
      if (failed.has(id)) {
        log(`${queue.logicalId}: message ${id} was reported as failed and stays in the queue`);
        continue;
      }
      this.#called('DeleteMessage');
      if (!queue.delete(receiptHandle))
        log(`${queue.logicalId}: message ${id} was done after its visibility timeout and is delivered again`);
    }
  }

  #called(operation: QueueOperation): void {
    this.#options.onCall?.(operation);
  }
}
