import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../clock/clock';
import type { Message, MessageAttributes, ReceivedMessage } from './message';

export interface QueueOptions {
  /** How people find it: the logical id in the template. */
  readonly logicalId: string;
  readonly arn: string;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly delaySeconds: number;
  readonly clock: Clock;
  readonly log?: (line: string) => void;
}

interface Entry {
  message: Message;
  visibleAt: number;
  receiptHandle?: string;
}

/**
 * A standard SQS queue: at least once, unordered by contract (here in order of arrival). It holds no timers: what is visible or expired is
 * decided when someone looks.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 */
export class Queue {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners: (() => void)[] = [];
  #deadLetters?: { readonly queue: Queue; readonly maxReceiveCount: number };
  #nextExpiry = Number.POSITIVE_INFINITY;
  #redeliveries = 0;

  constructor(readonly options: QueueOptions) {}

  get logicalId(): string {
    return this.options.logicalId;
  }

  get arn(): string {
    return this.options.arn;
  }

  /** What moves to `queue` is what would be received more than `maxReceiveCount` times. */
  redriveTo(queue: Queue, maxReceiveCount: number): void {
    this.#deadLetters = { queue, maxReceiveCount };
  }

  /** How many of the messages received so far had been received before. */
  get redeliveries(): number {
    return this.#redeliveries;
  }

  get deadLetterQueue(): Queue | undefined {
    return this.#deadLetters?.queue;
  }

  /** Calls back when a message arrives or may be seen sooner than before. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  send(body: string, attributes: MessageAttributes = {}): Message {
    const now = this.#now();
    const message: Message = { id: randomUUID(), body, attributes, sentAt: now, receiveCount: 0 };
    this.#add({ message, visibleAt: now + this.options.delaySeconds * 1_000 });
    return message;
  }

  /** Up to `max` visible messages, now invisible for the queue's visibility timeout. */
  receive(max = 10): readonly ReceivedMessage[] {
    const now = this.#now();
    this.#expire();
    const received: ReceivedMessage[] = [];
    for (const entry of this.#entries.values()) {
      if (received.length === max) break;
      if (entry.visibleAt > now || this.#giveUp(entry)) continue;
      const receiptHandle = randomUUID();
      const { message } = entry;
      if (message.receiveCount > 0) this.#redeliveries += 1;
      entry.message = {
        ...message,
        receiveCount: message.receiveCount + 1,
        firstReceivedAt: message.firstReceivedAt ?? now,
      };
      entry.visibleAt = now + this.options.visibilityTimeoutSeconds * 1_000;
      entry.receiptHandle = receiptHandle;
      const md5OfBody = createHash('md5').update(message.body).digest('hex');
      received.push({ ...entry.message, receiptHandle, md5OfBody });
    }
    return received;
  }

  /** @returns whether it was deleted; a receipt handle older than the last receive no longer deletes, as in AWS */
  delete(receiptHandle: string): boolean {
    const entry = this.#received(receiptHandle);
    return entry !== undefined && this.#entries.delete(entry.message.id);
  }

  /** @returns whether the receipt handle is still good */
  changeVisibility(receiptHandle: string, seconds: number): boolean {
    const entry = this.#received(receiptHandle);
    if (!entry) return false;
    entry.visibleAt = this.#now() + seconds * 1_000;
    this.#notify();
    return true;
  }

  /** Moves every message back to the queue that gave it up, as a new message. @returns how many */
  redrive(sources: ReadonlyMap<string, Queue>): number {
    let moved = 0;
    for (const { message } of [...this.#entries.values()]) {
      const source = sources.get(message.deadLetterSource ?? '');
      if (!source || source === this) continue;
      this.#entries.delete(message.id);
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
      source.send(message.body, message.attributes);
      moved += 1;
    }
    return moved;
  }

  /** Everything in the queue, seen without receiving it. */
  get messages(): readonly Message[] {
    this.#expire();
    return [...this.#entries.values()].map(({ message }) => message);
  }

  get visible(): number {
    this.#expire();
    const now = this.#now();
    let count = 0;
    for (const { visibleAt } of this.#entries.values()) if (visibleAt <= now) count += 1;
    return count;
  }

  /** When the next invisible message can be seen, if there is one. */
  get nextVisibleAt(): number | undefined {
    const now = this.#now();
    let next: number | undefined;
    for (const { visibleAt } of this.#entries.values()) {
      if (visibleAt > now && (next === undefined || visibleAt < next)) next = visibleAt;
    }
    return next;
  }

  #giveUp({ message }: Entry): boolean {
    if (!this.#deadLetters || message.receiveCount < this.#deadLetters.maxReceiveCount) return false;
    const { queue } = this.#deadLetters;
    this.#entries.delete(message.id);
    // The retention of the dead-letter queue counts from the first send:
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    queue.#add({ message: { ...message, deadLetterSource: this.arn }, visibleAt: this.#now() });
    this.options.log?.(
      `${this.logicalId}: message ${message.id} was received ${message.receiveCount} times; moved to ${queue.logicalId}`,
    );
    return true;
  }

  #add(entry: Entry): void {
    this.#entries.set(entry.message.id, entry);
    this.#nextExpiry = Math.min(this.#nextExpiry, entry.message.sentAt + this.options.retentionSeconds * 1_000);
    this.#notify();
  }

  #received(receiptHandle: string): Entry | undefined {
    for (const entry of this.#entries.values()) if (entry.receiptHandle === receiptHandle) return entry;
    return undefined;
  }

  #expire(): void {
    const oldest = this.#now() - this.options.retentionSeconds * 1_000;
    if (this.#now() < this.#nextExpiry) return;
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const { message } of this.#entries.values()) {
      if (message.sentAt <= oldest) {
        this.#entries.delete(message.id);
        this.options.log?.(`${this.logicalId}: message ${message.id} is past the retention period; deleted`);
      } else {
        this.#nextExpiry = Math.min(this.#nextExpiry, message.sentAt + this.options.retentionSeconds * 1_000);
      }
    }
  }

  #now(): number {
    return this.options.clock.now();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
