import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A folder of test/, which `npm run mutate` chooses. */
declare const FOLDER: string;

/** They judge the same code with many inputs, or with another program: too slow to run for one mutant after the other. */
const LEFT_OUT = ['properties', 'json-limits', 'skopeo', 'judges', 'every-error'];

/** All tests of the folder as one test file: to load it takes a fraction of what it takes to load each by itself. */
const folder = join(__dirname, '..', FOLDER);
for (const file of readdirSync(folder).filter((name) => name.endsWith('.test.ts'))) {
  const name = basename(file, '.test.ts');
  if (LEFT_OUT.includes(name)) continue;
  describe(name, () => {
    require(join(folder, file));
  });
}
