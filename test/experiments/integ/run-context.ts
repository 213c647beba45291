import type { Clock } from '../../../bin/cli/io';
import type { Aws } from './aws';
import type { Cleanup } from './cleanup';
import type { Deployment } from './deployment';
import type { Names } from './names';

/** What the steps and questions of one run share. */
export interface RunContext {
  readonly aws: Aws;
  readonly names: Names;
  readonly cleanup: Cleanup;
  readonly deployment: Deployment;
  readonly clock: Clock;
  /** Aborted by Ctrl-C and by the time limit. */
  readonly signal: AbortSignal;
  /** How long to wait for a companion. */
  readonly waitSeconds: number;
  /** Whether to send ECR's push events, where nobody else does. */
  readonly sendEvents: boolean;
  readonly note: (line: string) => void;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Asks until there is an answer.
 * @param what is waited for
 * @throws Error after `waitSeconds`, or with the signal
 */
export async function until<T>(
  { clock, signal }: Pick<RunContext, 'clock' | 'signal'>,
  what: string,
  seconds: number,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = clock.now() + seconds * 1_000;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (clock.now() >= deadline) throw new Error(`expected ${what} within ${seconds} s, and it didn't come`);
    await clock.sleep(pause, signal);
  }
}
