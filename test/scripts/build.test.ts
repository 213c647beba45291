import { statSync } from 'node:fs';
import { join } from 'node:path';

/** What `npm run build` printed when this was last looked at. A larger function starts more slowly, so growth should be a decision. */
const RECORDED_BYTES = 119_733;

test('the bundled function has not grown by more than a tenth since its size was recorded', () => {
  const { size } = statSync(join(__dirname, '../../assets/remediate/index.js'));
  expect(size).toBeLessThan(RECORDED_BYTES * 1.1);
  expect(size).toBeGreaterThan(RECORDED_BYTES * 0.9);
});
