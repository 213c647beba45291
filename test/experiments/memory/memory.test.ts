import { App } from 'aws-cdk-lib';
import { limitOf, memoryOf } from './limit';
import { CASES, measure } from './measure';

const memoryMiB = memoryOf(new App());

// `npm run memory` measures them all.
test.each(CASES.slice(0, 2))('$name stay below the memory of the function', async (one) => {
  const { peakMiB, failures, puts } = await measure(one, memoryMiB);
  expect(peakMiB).toBeLessThan(limitOf(memoryMiB));
  expect([failures, puts]).toEqual([0, one.expectedPuts]);
});
