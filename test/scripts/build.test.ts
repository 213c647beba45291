import { statSync } from 'node:fs';
import { join } from 'node:path';

/** What `npm run build` printed when this was last looked at. A larger function starts more slowly, so growth should be a decision. */
const RECORDED_BYTES = { remediate: 176_246, recompress: 205_830, 'docker-v2-image': 144_061 };

test.each(Object.entries(RECORDED_BYTES))(
  'the bundled function %s has not grown by more than a tenth since its size was recorded',
  (name, recorded) => {
    const { size } = statSync(join(__dirname, `../../assets/${name}/index.js`));
    expect(size).toBeLessThan(recorded * 1.1);
    expect(size).toBeGreaterThan(recorded * 0.9);
  },
);
