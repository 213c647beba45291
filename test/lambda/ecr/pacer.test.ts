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
