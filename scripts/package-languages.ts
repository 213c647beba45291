import { execFileSync } from 'node:child_process';
import { globSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { jsii, name } from '../package.json';

const root = join(__dirname, '..');
const languages = join(root, 'dist/languages');
const run = (command: string, ...args: readonly string[]) =>
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });

rmSync(languages, { recursive: true, force: true });
run('jsii-pacmak', '--code-only', '--no-npmignore', `--outdir=${languages}`, join(root, 'dist/packages', name));

const expected = ['js', ...Object.keys(jsii.targets)].sort();
const generated = readdirSync(languages).sort();
if (generated.join() !== expected.join())
  throw new Error(`jsii-pacmak wrote ${generated.join(', ')} to dist/languages; expected ${expected.join(', ')}`);
// The other compilers need the CDK of their language, from its registry.
run('python3', '-m', 'compileall', '-q', join(languages, 'python/src'));
const generatedPython = join(languages, 'python/src', jsii.targets.python.module, '__init__.py');
run(
  'python3',
  'scripts/check-python-examples.py',
  generatedPython,
  ...globSync('examples/python/*/app.py', { cwd: root }),
);
console.log(`dist/languages: ${generated.join(', ')}`);
