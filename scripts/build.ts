import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';

const root = path.join(__dirname, '..');

/** Leaves room for the rest of a template that holds the function inline: 51,200 bytes in one call. */
const MAX_BYTES = 40 * 1024;

/** CommonJS and `index.js`, because code that is inlined in a template can be nothing else; the Lambda runtime brings the SDK. */
const options: BuildOptions = {
  absWorkingDir: root,
  // Not the file itself as the entry: for its export esbuild would add half a kilobyte of helpers.
  stdin: { contents: "import { handler } from './lambda/remediate'; module.exports = { handler };", resolveDir: root },
  logOverride: { 'commonjs-variable-in-esm': 'silent' },
  outfile: 'assets/remediate/index.js',
  bundle: true,
  minify: true,
  legalComments: 'none',
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  external: ['@aws-sdk/*', '@smithy/*'],
};

buildSync(options);
const bytes = readFileSync(path.join(root, 'assets/remediate/index.js')).byteLength;
console.log(`assets/remediate/index.js ${bytes} bytes of ${MAX_BYTES}`);
if (bytes > MAX_BYTES) {
  throw new Error(
    `the function has ${bytes} bytes; expected at most ${MAX_BYTES}: look for what it bundles by esbuild --analyze`,
  );
}
