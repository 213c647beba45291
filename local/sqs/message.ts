export type MessageAttributes = Readonly<Record<string, string>>;

/** A message in the queue. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** Milliseconds since the epoch; a dead letter keeps the time of its first queue. */
  readonly sentAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt?: number;
  /** ARN of the queue that gave it up. */
  readonly deadLetterSource?: string;
}

export interface ReceivedMessage extends Message {
  readonly receiptHandle: string;
  readonly md5OfBody: string;
}
