import fc from 'fast-check';
import { converges, WRONG_COMPANION } from './property';
import { trustingTheEvent, withoutConfirmation } from './sabotage';
import type { Sabotage, ScenarioRun } from './scenario-run';

/** `npm run interleave` runs as many as one likes, with any seed. */
const RUNS = { numRuns: 4_000, seed: 3 };

test('companions converge, whatever people do, however events and calls are interleaved, and wherever repairs die', async () => {
  await fc.assert(converges(), RUNS);
});

describe('the test finds', () => {
  test.each<[string, Sabotage]>([
    ['a repair that does not read again after its put', { registry: withoutConfirmation }],
    ['a repair that trusts the event', { registry: trustingTheEvent }],
    ['a queue that loses the message of a repair that died', { losesFailedMessages: true }],
    ['a bus that loses an event for good', { losesLateEvents: true }],
  ])('the stale companion of %s', async (_, sabotage) => {
    const { failed, errorInstance } = await fc.check(converges({ sabotage, about: WRONG_COMPANION }), RUNS);
    expect(failed).toBe(true);
    expect(String(errorInstance)).toMatch(WRONG_COMPANION);
  });
});

test('the scenarios reach what they are about', async () => {
  const reached = new Map<string, number>();
  const count = (what: string) => reached.set(what, (reached.get(what) ?? 0) + 1);
  await fc.assert(
    converges({
      seen: (_, { trace, outcomes, deliveries }: ScenarioRun) => {
        for (const { outcome } of [...outcomes.values()].flat()) count(outcome);
        for (const name of ['crash before', 'crash after', 'error before', 'error after'])
          if (trace.includes(name)) count(name);
        if (deliveries.some(({ puts }) => puts > 2)) count('moved again');
      },
    }),
    { ...RUNS, numRuns: 500 },
  );
  expect([...reached.keys()].sort()).toEqual(
    [
      ...['converted', 'aliased', 'unchanged', 'skipped', 'refused'],
      ...['crash before', 'crash after', 'error before', 'error after', 'moved again'],
    ].sort(),
  );
});
