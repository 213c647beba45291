import { percent } from '../../../../../bin/commands/scan/report/chart';

test('percentages are 100 and 0 only for all and none', () => {
  expect([percent(0, 10), percent(1, 1000), percent(1, 2), percent(999, 1000), percent(10, 10), percent(0, 0)]).toEqual(
    ['0%', '<1%', '50%', '>99%', '100%', '–'],
  );
});
