import { repairsAtATime } from '../../../../bin/commands/backfill/repair-all';

test('repairs that have begun finish within seconds at any rate', () => {
  expect([0.1, 0.5, 2, 10, 100].map(repairsAtATime)).toEqual([1, 1, 4, 10, 10]);
});
