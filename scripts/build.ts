import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { inAscii, keepComments, restoreComments } from './keep-comments';

const root = path.join(__dirname, '..');

const ENTRIES = ['remediate', 'recompress', 'docker-v2-image'] as const;

/**
 * CommonJS in one file called `index.js`, because inline code in a template can be nothing else. Readable and with its comments, because
 * it runs in an account whose owner may want to read it. The Lambda runtime brings the SDK.
 */
async function bundle(entry: (typeof ENTRIES)[number]): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    // Not the file itself as the entry: for its export esbuild would add helpers.
    stdin: {
      contents: `import { handler } from './lambda/${entry}'; module.exports = { handler };`,
      resolveDir: root,
    },
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
    write: false,
    bundle: true,
    plugins: [keepComments],
    legalComments: 'inline',
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['@aws-sdk/*', '@smithy/*'],
  });
  const [{ text }] = outputFiles as [(typeof outputFiles)[number]];
  const code = inAscii(restoreComments(text));
  const directory = path.join(root, 'assets', entry);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'index.js'), code);
  console.log(`assets/${entry}/index.js ${Buffer.byteLength(code)} bytes`);
}

Promise.all(ENTRIES.map(bundle)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
