import { HeavyTurn } from '../../../lambda/ecr/heavy-turn';

const [one, two, three] = [{}, {}, {}];
let turn: HeavyTurn;
let had: string[];
beforeEach(() => {
  turn = new HeavyTurn();
  had = [];
});

const take = (work: object, name: string, signal?: AbortSignal) => turn.take(work, signal).then(() => had.push(name));
/** Lets everything happen that can. */
const settle = () => new Promise(setImmediate);

test('one piece of work at a time has the turn, each in its time, and as often as it asks', async () => {
  const all = [take(one, 'one'), take(one, 'one again'), take(two, 'two'), take(three, 'three')];
  await settle();
  expect(had).toEqual(['one', 'one again']);
  turn.end(one);
  await settle();
  expect(had).toEqual(['one', 'one again', 'two']);
  turn.end(two);
  await Promise.all(all);
  expect(had).toEqual(['one', 'one again', 'two', 'three']);
});

test('work that does not have the turn does not end it', async () => {
  await take(one, 'one');
  turn.end(two);
  const waiting = take(two, 'two');
  await settle();
  expect(had).toEqual(['one']);
  turn.end(one);
  await waiting;
});

describe('work that is ended by its signal', () => {
  test('waits no longer, and leaves the turn to others', async () => {
    await take(one, 'one');
    const abort = new AbortController();
    const ended = expect(take(two, 'two', abort.signal)).rejects.toThrow('out of time');
    const other = take(three, 'three');
    abort.abort(new Error('out of time'));
    await ended;
    turn.end(one);
    await other;
    expect(had).toEqual(['one', 'three']);
  });

  test.each([true, false])('gets no turn, though it is free: %p', async (isFree) => {
    if (!isFree) await take(one, 'one');
    const signal = AbortSignal.abort(new Error('out of time'));
    await expect(take(two, 'two', signal)).rejects.toThrow('out of time');
    turn.end(one);
    await take(three, 'three');
    expect(had.at(-1)).toBe('three');
  });

  test('gets no turn that becomes free as its time ends', async () => {
    await take(one, 'one');
    const abort = new AbortController();
    const ended = expect(take(two, 'two', abort.signal)).rejects.toThrow('out of time');
    turn.end(one);
    abort.abort(new Error('out of time'));
    await ended;
    await take(three, 'three');
  });
});
