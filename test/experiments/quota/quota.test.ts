import { busiestOf } from './lanes';
import { type QuotaOptions, runQuota } from './quota';

const run = (options: Pick<QuotaOptions, 'props' | 'tags' | 'endWhenThrottled'>) =>
  runQuota({ quota: 10, ciPerSecond: 5, aloneSeconds: 0.5, patienceSeconds: 40, batchSize: 1, ...options });

test('the service stays below its ceiling, whatever environments Lambda picks, and throttles no CI', async () => {
  const { alone, withService, busiest, ...result } = await run({ props: {}, tags: 8 });
  const found = {
    overCeiling: busiest.filter(({ calls, ceiling }) => calls > ceiling),
    throttled: [alone.throttled, withService.throttled],
    missing: result.missing,
  };
  expect(found).toEqual({ overCeiling: [], throttled: [0, 0], missing: 0 });
  // The run had what could have broken the ceiling: the burst, old images, the CI's own, and more environments than invocations at a time.
  expect(result.companions).toBeGreaterThan(8 + 2);
  expect(result.audits).toBeGreaterThan(0);
  expect(result.environments).toBeGreaterThan(4);
});

test('a service with a rate far above the quota throttles the CI', async () => {
  const { alone, withService } = await run({ props: { putImagesPerSecond: 50 }, tags: 60, endWhenThrottled: true });
  expect(alone.throttled).toBe(0);
  expect(withService.throttled).toBeGreaterThan(0);
});

test('one lane more than there may be is over the ceiling of ten seconds', () => {
  const lanes = [
    { count: 2, perSecond: 2 },
    { count: 2, perSecond: 0.5 },
  ];
  const callsOf = ({ count, perSecond }: (typeof lanes)[number]) =>
    Array.from({ length: 20 * perSecond }, (_, at) => Array(count).fill((at * 1_000) / perSecond)).flat();
  const over = (all: typeof lanes) =>
    busiestOf(
      all.flatMap(callsOf).sort((a, b) => a - b),
      lanes,
    ).filter(({ calls, ceiling }) => calls > ceiling);
  expect(over(lanes)).toEqual([]);
  expect(over([...lanes, { count: 1, perSecond: 2 }])).toContainEqual({ seconds: 10, calls: 70, ceiling: 54 });
});
