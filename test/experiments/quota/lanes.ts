import { ENV } from '../../../lambda/core/contract';
import type { Template } from '../../../local/cloudformation';
import { pick } from '../../../local/cloudformation/pick';

/** The invocations that an event source mapping runs at a time, each with a pace of its own. */
interface Pace {
  readonly count: number;
  /** `PutImage` calls of each. */
  readonly perSecond: number;
}

export interface Lanes extends Pace {
  /** Messages of an invocation. */
  readonly batchSize: number;
}

export function lanesOf(template: Template): readonly Lanes[] {
  const lanes = (queueName: string, rate: string): Lanes => {
    const { arn } = pick(queueName, 'queue', template.queues);
    const mapping = template.mappings.find(({ queueArn }) => queueArn === arn);
    const count = mapping?.maximumConcurrency;
    const perSecond = Number(pick('', 'function', template.functions).environment[rate]);
    if (!mapping || count === undefined || !(perSecond > 0))
      throw new Error(`expected a maximum concurrency for ${queueName}, and a number in ${rate}`);
    return { count, perSecond, batchSize: mapping.batchSize };
  };
  return [lanes('Pushes', ENV.putImagesPerSecond), lanes('Audits', ENV.auditPutImagesPerSecond)];
}

/** The most `PutImage` calls within so many seconds. */
export interface Busiest {
  readonly seconds: number;
  readonly calls: number;
  readonly ceiling: number;
}

const WINDOWS = [1, 2, 10, 60];

/** From the function's turn to the call's arrival: signing, a new connection, and other processes on the same machine. */
const LATENESS_SECONDS = 0.25;

/** @param times of the calls, in milliseconds and ascending */
export const busiestOf = (times: readonly number[], lanes: readonly Pace[]): readonly Busiest[] =>
  WINDOWS.map((seconds) => ({ seconds, calls: mostWithin(times, seconds), ceiling: ceilingOf(lanes, seconds) }));

/**
 * The most calls that ECR can receive within so many seconds, whenever the lanes begin, if each spaces its turns by its interval and the
 * first call of the window arrives late, and the last one in time.
 */
const ceilingOf = (lanes: readonly Pace[], seconds: number): number =>
  lanes.reduce((sum, { count, perSecond }) => sum + count * Math.ceil((seconds + LATENESS_SECONDS) * perSecond), 0);

function mostWithin(times: readonly number[], seconds: number): number {
  let most = 0;
  let first = 0;
  for (const [at, time] of times.entries()) {
    while ((times[first] ?? time) <= time - seconds * 1_000) first += 1;
    most = Math.max(most, at - first + 1);
  }
  return most;
}
