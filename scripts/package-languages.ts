import { execFileSync } from 'node:child_process';
import { globSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { jsii, name } from '../package.json';

const root = join(__dirname, '..');
const languages = join(root, 'dist/languages');
const run = (command: string, ...args: readonly string[]) =>
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });

/** Without it the sources are generated. The compilers need the CDK of their language, from its registry. */
const isCompiled = process.argv.includes('--compile');
/** What each compiler writes, as publishing needs it. */
const COMPILED = { python: '*.whl', java: '**/*.jar', dotnet: '*.nupkg', go: '**/go.mod' } as const;

rmSync(languages, { recursive: true, force: true });
run(
  'jsii-pacmak',
  ...(isCompiled ? [] : ['--code-only']),
  '--no-npmignore',
  `--outdir=${languages}`,
  join(root, 'dist/packages', name),
);

const expected = ['js', ...Object.keys(jsii.targets)].sort();
const generated = readdirSync(languages).sort();
if (generated.join() !== expected.join())
  throw new Error(`jsii-pacmak wrote ${generated.join(', ')} to dist/languages; expected ${expected.join(', ')}`);
if (isCompiled) {
  for (const [language, pattern] of Object.entries(COMPILED))
    if (globSync(pattern, { cwd: join(languages, language) }).length === 0)
      throw new Error(`jsii-pacmak wrote no ${pattern} to dist/languages/${language}`);
} else {
  run('python3', '-m', 'compileall', '-q', join(languages, 'python/src'));
  const generatedPython = join(languages, 'python/src', jsii.targets.python.module, '__init__.py');
  run(
    'python3',
    'scripts/check-python-examples.py',
    generatedPython,
    ...globSync('examples/python/*/app.py', { cwd: root }),
  );
}
console.log(`dist/languages: ${generated.join(', ')}`);
