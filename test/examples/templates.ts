import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';

const root = join(__dirname, '../..');
const folder = join(root, 'examples/typescript');

export const EXAMPLES: readonly string[] = readdirSync(folder);

/** Synthesizes the TypeScript examples against lib. @returns their templates, by the name of the example */
export function synthesizeExamples(context: Readonly<Record<string, string>>): ReadonlyMap<string, Template> {
  const output = mkdtempSync(join(tmpdir(), 'examples-'));
  const apps = EXAMPLES.map((name) => ({ folder: join(folder, name), output: join(output, name), context }));
  try {
    // Its paths find the construct in lib.
    const args = ['--tsconfig', join(root, 'tsconfig.json'), join(__dirname, 'synthesize.ts'), JSON.stringify(apps)];
    execFileSync(join(root, 'node_modules/.bin/tsx'), args, { stdio: 'pipe' });
    const files = globSync('*/*.template.json', { cwd: output });
    const read = (file: string) => Template.fromJSON(JSON.parse(readFileSync(join(output, file), 'utf8')));
    return new Map(files.map((file) => [dirname(file), read(file)]));
  } finally {
    rmSync(output, { recursive: true });
  }
}
