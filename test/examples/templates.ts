import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';

const root = join(__dirname, '../..');

/** Synthesizes TypeScript examples against lib. @returns their templates, by the name of the example */
export function synthesizeExamples(
  examples: readonly string[],
  context: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, Template> {
  const output = mkdtempSync(join(tmpdir(), 'examples-'));
  const apps = examples.map((name) => ({
    folder: join(root, 'examples/typescript', name),
    output: join(output, name),
    context,
  }));
  try {
    // Its paths find the construct in lib.
    const args = ['--tsconfig', join(root, 'tsconfig.json'), join(__dirname, 'synthesize.ts'), JSON.stringify(apps)];
    execFileSync(join(root, 'node_modules/.bin/tsx'), args, { stdio: 'pipe' });
    return new Map(apps.map((app, at) => [`${examples[at]}`, templateIn(app.output)]));
  } finally {
    rmSync(output, { recursive: true });
  }
}

/** @throws if the cloud assembly doesn't have exactly one template */
export function templateIn(assembly: string): Template {
  const [file, ...others] = globSync('*.template.json', { cwd: assembly });
  if (!file || others.length > 0) throw new Error(`expected one template in ${assembly}, got ${[file, ...others]}`);
  return Template.fromJSON(JSON.parse(readFileSync(join(assembly, file), 'utf8')));
}
