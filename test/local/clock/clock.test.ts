import { Activity, NotSettled, RealClock, SkippingClock, settle } from '../../../local/clock';

const DAY = 86_400_000;

test('the skipping clock skips to the next timer, and no further', async () => {
  const clock = new SkippingClock();
  const start = clock.now();
  const ran: string[] = [];
  clock.schedule(start + 2 * DAY, () => ran.push('later'), 'later');
  clock.schedule(start + DAY, () => ran.push('sooner'), 'sooner');
  expect(clock.timers.map(({ what }) => what)).toEqual(['sooner', 'later']);
  await clock.advance();
  expect(ran).toEqual(['sooner']);
  expect(clock.now() - start).toBeGreaterThanOrEqual(DAY);
  expect(clock.now() - start).toBeLessThan(2 * DAY);
  await clock.advance();
  expect(ran).toEqual(['sooner', 'later']);
  expect(clock.timers).toEqual([]);
});

test.each([new RealClock(), new SkippingClock()])('a timer runs by itself, unless it is canceled', async (clock) => {
  const ran: string[] = [];
  const cancel = clock.schedule(clock.now() + 5, () => ran.push('cancelled'), 'cancelled');
  cancel();
  await new Promise<void>((resolve) => clock.schedule(clock.now() + 10, resolve, 'by itself'));
  expect(ran).toEqual([]);
  expect(clock.timers).toEqual([]);
});

test('the real clock waits until the timer has run or is canceled', async () => {
  const clock = new RealClock();
  const start = Date.now();
  clock.schedule(start + 30, () => {}, 'soon');
  await clock.advance();
  expect(Date.now()).toBeGreaterThanOrEqual(start + 30);
  clock.schedule(start + DAY, () => {}, 'never');
  const advanced = clock.advance();
  clock.stop();
  await expect(advanced).resolves.toBeUndefined();
});

describe('settle', () => {
  test('follows work that leads to timers that lead to work', async () => {
    const clock = new SkippingClock();
    const activity = new Activity();
    const done: string[] = [];
    activity.run('first', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      clock.schedule(clock.now() + DAY, () => activity.run('second', async () => void done.push('second')), 'retry');
      done.push('first');
    });
    await settle(activity, clock, 1_000);
    expect(done).toEqual(['first', 'second']);
  });

  test('says what is still to do if time is up', async () => {
    const clock = new RealClock();
    const activity = new Activity();
    const end = activity.begin('invocation of x');
    clock.schedule(clock.now() + 7_600, () => {}, 'retry of y');
    const late = settle(activity, clock, 20);
    await expect(late).rejects.toThrow(NotSettled);
    await expect(late).rejects.toThrow(
      /not settled after 20 ms; still to do:\n- invocation of x\n- retry of y \(in 7\.\d s\)/,
    );
    end();
    clock.stop();
    await expect(settle(activity, clock, 20)).resolves.toBeUndefined();
  });

  test('an error in the account itself is never lost', async () => {
    const activity = new Activity();
    activity.begin('something that never ends');
    activity.run('poll', () => Promise.reject(new TypeError('a bug')));
    await expect(settle(activity, new RealClock(), 1_000)).rejects.toThrow('the local account failed:\n- poll: a bug');
  });
});
