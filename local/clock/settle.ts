import type { Activity } from './activity';
import type { Clock } from './clock';

/** The account was not idle in time, or a part of it failed. The message says which, and what is still to do. */
export class NotSettled extends Error {
  override readonly name = 'NotSettled';
}

/**
 * Resolves when nothing runs and nothing is scheduled. The clock decides whether to wait for scheduled work or to skip to it.
 * @param timeoutMs real milliseconds
 * @throws NotSettled
 */
export async function settle(activity: Activity, clock: Clock, timeoutMs: number, leapMs = 0): Promise<void> {
  let isLate = false;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      isLate = true;
      resolve();
    }, timeoutMs);
  });
  while (!(activity.idle && clock.timers.length === 0) && activity.failures.length === 0 && !isLate)
    await Promise.race([activity.idle ? clock.advance(leapMs) : activity.whenIdle(), timeout]);
  clearTimeout(timer);
  const [cause] = activity.failures;
  if (cause) {
    const messages = activity.failures.map(({ message }) => message);
    throw new NotSettled(listed('the local account failed:', messages), { cause });
  }
  if (isLate) throw new NotSettled(listed(`not settled after ${timeoutMs} ms; still to do:`, toDo(activity, clock)));
}

function toDo(activity: Activity, clock: Clock): readonly string[] {
  const scheduled = clock.timers.map(({ at, what }) => `${what} (in ${((at - clock.now()) / 1_000).toFixed(1)} s)`);
  return [...activity.running, ...scheduled];
}

const listed = (title: string, items: readonly string[]) => [title, ...items.map((item) => `- ${item}`)].join('\n');
