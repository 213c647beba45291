import type { Clock } from '../clock/clock';
import type { QueueView } from '../cloudformation/queues';
import type { RuleView } from '../cloudformation/rules';
import type { Message } from './message';
import { Queue } from './queue';

/** A queue, and its description in the template. */
export interface RunningQueue {
  readonly view: QueueView;
  readonly queue: Queue;
}

export interface DeadLetter extends Message {
  /** Logical id of the dead-letter queue. */
  readonly queue: string;
  /** Logical id of the queue that gave the message up; absent if a rule did. */
  readonly source?: string;
}

/** The template's queues, each with its dead-letter queue, by ARN. @throws if a dead-letter queue is not in the template */
export function createQueues(
  views: readonly QueueView[],
  clock: Clock,
  log: (line: string) => void,
): ReadonlyMap<string, RunningQueue> {
  const queues = new Map(views.map((view) => [view.arn, { view, queue: new Queue({ ...view, clock, log }) }]));
  for (const { view, queue } of queues.values()) {
    if (!view.redrive) continue;
    const deadLetters = queues.get(view.redrive.deadLetterArn);
    if (!deadLetters) {
      throw new Error(
        `${view.logicalId}: expected its dead-letter queue in the template: ${view.redrive.deadLetterArn}`,
      );
    }
    queue.redriveTo(deadLetters.queue, view.redrive.maxReceiveCount);
  }
  return queues;
}

/** The messages in every queue that serves another queue or a rule as dead-letter queue. */
export function readDeadLetters(
  queues: ReadonlyMap<string, RunningQueue>,
  rules: readonly RuleView[],
): readonly DeadLetter[] {
  const arns = new Set([
    ...[...queues.values()].map(({ view }) => view.redrive?.deadLetterArn),
    ...rules.flatMap(({ targets }) => targets.map(({ deadLetterArn }) => deadLetterArn)),
  ]);
  return [...queues.values()]
    .filter(({ view }) => arns.has(view.arn))
    .flatMap(({ queue }) =>
      queue.messages.map((message) => {
        const source = queues.get(message.deadLetterSource ?? '')?.view.logicalId;
        return { ...message, queue: queue.logicalId, source };
      }),
    );
}

/** Moves every dead letter that came from a queue back to it. @returns how many */
export function redriveAll(queues: ReadonlyMap<string, RunningQueue>): number {
  const sources = new Map([...queues].map(([arn, { queue }]) => [arn, queue]));
  return [...sources.values()].reduce((moved, queue) => moved + queue.redrive(sources), 0);
}
