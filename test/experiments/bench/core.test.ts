import { MANIFESTS } from './core-manifests';
import { allocatedBytes, readAndConvert } from './core-work';

// `npm run bench -- --only core` measures the time.
test.each(Object.entries(MANIFESTS))(
  '%s: what reading and converting allocates is at most 12 times the manifest',
  async (_, make) => {
    const bytes = new TextEncoder().encode(make());
    // A round is some megabytes, for as many samples; the first compiles.
    const times = Math.ceil(2e6 / bytes.length);
    const work = () => {
      for (let n = 0; n < times; n += 1) readAndConvert(bytes);
    };
    work();
    const allocated = (await allocatedBytes(work)) / times;
    expect(allocated).toBeGreaterThan(bytes.length / 2);
    expect(allocated).toBeLessThan(bytes.length * 12);
  },
);
