import type { Activity } from './activity';
import type { Clock } from './clock';

/** The account was not idle in time, or a part of it broke. The message says what is still to do. */
export class NotSettled extends Error {
  override readonly name = 'NotSettled';
}

/**
 * Resolves when nothing runs and nothing is scheduled. The clock decides whether scheduled work is waited for or leapt to.
 * @param timeoutMs real milliseconds
 * @throws NotSettled
 */
export async function settle(activity: Activity, clock: Clock, timeoutMs: number, leapMs = 0): Promise<void> {
  let late = false;
  let deadline: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    deadline = setTimeout(() => {
      late = true;
      resolve();
    }, timeoutMs);
  });
  try {
    while (!activity.idle || clock.timers.length > 0) {
      if (activity.failures.length > 0 || late) break;
      await Promise.race([activity.idle ? clock.advance(leapMs) : activity.whenIdle(), timeout]);
    }
  } finally {
    clearTimeout(deadline);
  }
  const { failures } = activity;
  if (failures.length > 0) {
    throw new NotSettled(
      lines(
        'the local account failed:',
        failures.map(({ message }) => message),
      ),
      { cause: failures[0] },
    );
  }
  if (late) throw new NotSettled(lines(`not settled after ${timeoutMs} ms; still to do:`, stillToDo(activity, clock)));
}

function stillToDo(activity: Activity, clock: Clock): readonly string[] {
  const scheduled = clock.timers.map(({ at, what }) => `${what} (in ${((at - clock.now()) / 1_000).toFixed(1)} s)`);
  return [...activity.running, ...scheduled];
}

const lines = (title: string, items: readonly string[]) => [title, ...items.map((item) => `- ${item}`)].join('\n');
