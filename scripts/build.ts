import { statSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';

const root = path.join(__dirname, '..');

/**
 * CommonJS in one file called `index.js`, because inline code in a template can be nothing else. Readable, because it runs in an account
 * whose owner may want to read it. The Lambda runtime brings the SDK.
 */
for (const entry of ['remediate', 'recompress', 'docker-v2-image']) {
  const outfile = `assets/${entry}/index.js`;
  buildSync({
    absWorkingDir: root,
    // Not the file itself as the entry: for its export esbuild would add helpers.
    stdin: {
      contents: `import { handler } from './lambda/${entry}'; module.exports = { handler };`,
      resolveDir: root,
    },
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
    outfile,
    bundle: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['@aws-sdk/*', '@smithy/*'],
  });
  console.log(`${outfile} ${statSync(path.join(root, outfile)).size} bytes`);
}
