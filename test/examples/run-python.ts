import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { synthesizeExamples, templateIn } from './templates';

/**
 * Installs the generated Python package as an app does, runs the Python examples, and compares their templates with those of
 * the TypeScript examples of the same name. Needs a registry that has jsii and aws-cdk-lib.
 */
const root = join(__dirname, '../..');
const folder = join(root, 'examples/python');
const directory = mkdtempSync(join(tmpdir(), 'python-'));
const python = join(directory, 'venv/bin/python');
const run = (command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) =>
  execFileSync(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });

try {
  run('python3', ['-m', 'venv', join(directory, 'venv')], directory);
  const examples = readdirSync(folder);
  const twins = synthesizeExamples(examples);
  for (const example of examples) {
    const cwd = join(folder, example);
    run(python, ['-m', 'pip', 'install', '--quiet', '-r', 'requirements.txt'], cwd);
    const output = join(directory, example);
    const { context } = JSON.parse(readFileSync(join(cwd, 'cdk.json'), 'utf8'));
    run(python, ['app.py'], cwd, { CDK_OUTDIR: output, CDK_CONTEXT_JSON: JSON.stringify(context) });
    const template = templateIn(output).toJSON();
    if (!isDeepStrictEqual(template, twins.get(example)?.toJSON()))
      throw new Error(`python/${example} has another template than typescript/${example}; expected the same`);
    console.log(`python/${example}: ${Object.keys(template.Resources).length} resources, as typescript/${example}`);
  }
} finally {
  rmSync(directory, { recursive: true });
}
