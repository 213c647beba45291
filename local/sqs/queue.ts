import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../clock/clock';
import type { Message, MessageAttributes, ReceivedMessage } from './message';

export interface QueueOptions {
  readonly logicalId: string;
  readonly arn: string;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly clock: Clock;
  readonly log?: (line: string) => void;
}

interface Entry {
  message: Message;
  visibleAt: number;
  receiptHandle?: string;
}

/**
 * A standard SQS queue: at least once, in no guaranteed order (here in order of arrival). It has no timers: each call looks
 * at the clock to see which messages are visible or expired.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
 */
export class Queue {
  readonly #entries = new Map<string, Entry>();
  readonly #listeners: (() => void)[] = [];
  #deadLetters?: { readonly queue: Queue; readonly maxReceiveCount: number };
  #redeliveries = 0;

  constructor(readonly options: QueueOptions) {}

  get logicalId(): string {
    return this.options.logicalId;
  }

  get arn(): string {
    return this.options.arn;
  }

  /** A message that would be received more than `maxReceiveCount` times moves to `queue` instead. */
  redriveTo(queue: Queue, maxReceiveCount: number): void {
    this.#deadLetters = { queue, maxReceiveCount };
  }

  /** How many of the receives so far were of a message that had been received before. */
  get redeliveries(): number {
    return this.#redeliveries;
  }

  /** Calls back when a message arrives. */
  onSend(listener: () => void): void {
    this.#listeners.push(listener);
  }

  send(body: string, attributes: MessageAttributes = {}): Message {
    const now = this.#now();
    const message: Message = { id: randomUUID(), body, attributes, sentAt: now, receiveCount: 0 };
    this.#add({ message, visibleAt: now });
    return message;
  }

  /** Up to `max` visible messages, which are then invisible for the queue's visibility timeout. */
  receive(max = 10): readonly ReceivedMessage[] {
    const now = this.#now();
    this.#expire();
    const received: ReceivedMessage[] = [];
    for (const entry of this.#entries.values()) {
      if (received.length === max) break;
      if (entry.visibleAt > now || this.#moveToDeadLetters(entry)) continue;
      const { message } = entry;
      if (message.receiveCount > 0) this.#redeliveries += 1;
      const receiveCount = message.receiveCount + 1;
      entry.message = { ...message, receiveCount, firstReceivedAt: message.firstReceivedAt ?? now };
      entry.visibleAt = now + this.options.visibilityTimeoutSeconds * 1_000;
      entry.receiptHandle = randomUUID();
      const md5OfBody = createHash('md5').update(message.body).digest('hex');
      received.push({ ...entry.message, receiptHandle: entry.receiptHandle, md5OfBody });
    }
    return received;
  }

  /** @returns whether it was deleted; as in AWS, a receipt handle older than the last receive doesn't delete */
  delete(receiptHandle: string): boolean {
    for (const entry of this.#entries.values())
      if (entry.receiptHandle === receiptHandle) return this.#entries.delete(entry.message.id);
    return false;
  }

  /**
   * Moves every message back, as a new one, to the queue that gave it up.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
   * @returns how many
   */
  redrive(sources: ReadonlyMap<string, Queue>): number {
    let moved = 0;
    for (const { message } of [...this.#entries.values()]) {
      const source = sources.get(message.deadLetterSource ?? '');
      if (!source || source === this) continue;
      this.#entries.delete(message.id);
      source.send(message.body, message.attributes);
      moved += 1;
    }
    return moved;
  }

  /** Everything in the queue, without receiving it. */
  get messages(): readonly Message[] {
    this.#expire();
    return [...this.#entries.values()].map(({ message }) => message);
  }

  /** How many messages a receive could get now. */
  get visible(): number {
    this.#expire();
    const now = this.#now();
    return [...this.#entries.values()].filter(({ visibleAt }) => visibleAt <= now).length;
  }

  /** When the next invisible message is visible again, if there is one. */
  get nextVisibleAt(): number | undefined {
    const now = this.#now();
    const times = [...this.#entries.values()].map(({ visibleAt }) => visibleAt).filter((time) => time > now);
    return times.length === 0 ? undefined : times.reduce((first, time) => Math.min(first, time));
  }

  #moveToDeadLetters({ message }: Entry): boolean {
    if (!this.#deadLetters || message.receiveCount < this.#deadLetters.maxReceiveCount) return false;
    const { queue } = this.#deadLetters;
    this.#entries.delete(message.id);
    // The retention of the dead-letter queue counts from the first send:
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    queue.#add({ message: { ...message, deadLetterSource: this.arn }, visibleAt: this.#now() });
    this.#log(`message ${message.id} was received ${message.receiveCount} times; moved to ${queue.logicalId}`);
    return true;
  }

  #add(entry: Entry): void {
    this.#entries.set(entry.message.id, entry);
    for (const listener of this.#listeners) listener();
  }

  #expire(): void {
    const oldest = this.#now() - this.options.retentionSeconds * 1_000;
    for (const { message } of this.#entries.values()) {
      if (message.sentAt > oldest) continue;
      this.#entries.delete(message.id);
      this.#log(`message ${message.id} is past the retention period; deleted`);
    }
  }

  #now(): number {
    return this.options.clock.now();
  }

  #log(line: string): void {
    this.options.log?.(`${this.logicalId}: ${line}`);
  }
}
