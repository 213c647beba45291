import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { name, version } from '../package.json';
import { gatherAssets } from './release/assets';
import { blockersOf } from './release/blockers';
import { notesOf } from './release/changelog';
import { commitNotes } from './release/commits';
import { readFacts, root } from './release/facts';
import { planText } from './release/plan';

const USAGE = `npm run release -- --dry-run      builds all that a release has, and says what would be published, and what keeps it from that
npm run release -- --tag v1.2.3   the same for a tag, as .github/workflows/release.yml does before it publishes
--compile builds the packages of each language, too: it needs Python, Java, .NET and Go, and their registries

It never publishes anything. docs/releasing.md says how a release is made.`;

/** What the build writes, beside packages for other languages. */
const FILES = [`dist/${name}-${version}.tgz`, `dist/ecr-oci-${version}.tgz`, 'dist/ecr-oci-remediation.template.yaml'];

const npmRun = (script: string, ...args: readonly string[]) =>
  execFileSync('npm', ['run', '--silent', '--if-present', script, '--', ...args], { cwd: root, stdio: 'inherit' });

function release(tag: string | undefined, isCompiled: boolean): readonly string[] {
  npmRun('package:languages', ...(isCompiled ? ['--compile'] : []));
  npmRun('template');
  const assets = gatherAssets(root, join(root, 'dist/release'), FILES);
  const facts = readFacts(tag, FILES);
  const notes = notesOf(facts.changelog, version) ?? '(CHANGELOG.md has nothing about this version.)';
  writeFileSync(
    join(root, 'dist/release-notes.md'),
    `${notes}\n\n## Commits\n\n${commitNotes(root, tag !== undefined)}\n`,
  );
  console.log(`\nWhat would be published, by the job that does it:\n\n${planText(assets)}\n`);
  console.log('The notes of the release are in dist/release-notes.md.');
  if (!isCompiled) console.log('The Python, Java, .NET and Go packages were generated, not compiled.');
  return blockersOf(facts);
}

const { values } = parseArgs({
  options: {
    'dry-run': { type: 'boolean' },
    tag: { type: 'string' },
    compile: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (values.help || Boolean(values['dry-run']) === (values.tag !== undefined)) {
  console.error(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  const blockers = release(values.tag, values.compile ?? false);
  if (blockers.length > 0) {
    console.error(`\nThis can't be released:\n${blockers.map((blocker) => `- ${blocker}`).join('\n')}`);
    process.exitCode = 1;
  } else console.log('\nNothing keeps it from being released.');
}
