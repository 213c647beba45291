import { Pacer } from '../../../lambda/ecr/pacer';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('spaces turns evenly, in the order of asking, the first at once', async () => {
  const pacer = new Pacer(2);
  const began = Date.now();
  const turns: [string, number][] = [];
  const asked = ['a', 'b', 'c'].map((name) => pacer.turn().then(() => turns.push([name, Date.now() - began])));
  await jest.runAllTimersAsync();
  await Promise.all(asked);
  expect(turns).toEqual([
    ['a', 0],
    ['b', 500],
    ['c', 1000],
  ]);
});

test('does not make up for a pause with a burst', async () => {
  const pacer = new Pacer(2);
  await pacer.turn();
  jest.setSystemTime(Date.now() + 60_000);
  const began = Date.now();
  const later = Promise.all([pacer.turn(), pacer.turn()]).then(() => Date.now() - began);
  await jest.runAllTimersAsync();
  expect(await later).toBe(500);
});

test('rests until the interval of the last turn is over, so that the next invocation keeps the pace', async () => {
  const pacer = new Pacer(2);
  const began = Date.now();
  await pacer.rest();
  void pacer.turn();
  void pacer.turn();
  await jest.runAllTimersAsync();
  const rested = pacer.rest().then(() => Date.now() - began);
  await jest.runAllTimersAsync();
  expect(await rested).toBe(1_000);
});

describe('the signal of the work', () => {
  test('ends its wait, and leaves no timer behind', async () => {
    const pacer = new Pacer(2);
    const abort = new AbortController();
    await pacer.turn(abort.signal);
    const ended = expect(pacer.turn(abort.signal)).rejects.toThrow('out of time');
    abort.abort(new Error('out of time'));
    await ended;
    expect(jest.getTimerCount()).toBe(0);
  });

  test('ends it before it began', async () => {
    const signal = AbortSignal.abort(new Error('out of time'));
    await expect(new Pacer(2).turn(signal)).rejects.toThrow('out of time');
  });
});
