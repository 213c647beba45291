import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { devDependencies, name, peerDependencies, version } from '../../package.json';

const root = join(__dirname, '../..');
const folder = join(root, 'examples');
const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8');
const examples = globSync('*/*/README.md', { cwd: folder }).map(dirname).sort();
const inTypeScript = examples.filter((example) => example.startsWith('typescript/'));
const inPython = examples.filter((example) => example.startsWith('python/'));

const importsOf = (app: string) =>
  [...app.matchAll(/from '(?!\.)([^'/]+)/g)]
    .map(([, imported]) => `${imported}`)
    .filter((one, at, all) => all.indexOf(one) === at);

/** `^2.232.1` as pip writes it. */
const pipRange = (range: string) =>
  range.replace(/^\^((\d+)\..*)$/, (_, from, major) => `>=${from},<${Number(major) + 1}`);

test('there are examples in both languages', () => {
  expect(inTypeScript.length).toBeGreaterThanOrEqual(5);
  expect(inPython).toEqual(['python/full', 'python/minimal']);
});

test.each(inTypeScript)("%s depends on what it imports, in the construct's own ranges", (example) => {
  const available: Record<string, string> = {
    ...peerDependencies,
    // It's on no registry: a version range would install a stranger's package, if someone took the name.
    [name]: `file:../../../dist/${name}-${version}.tgz`,
  };
  const needed = [...importsOf(read(example, 'app.ts')), 'constructs'].sort();
  const manifest = JSON.parse(read(example, 'package.json'));
  expect(manifest.private).toBe(true);
  expect(manifest.dependencies).toEqual(Object.fromEntries(needed.map((one) => [one, available[one]])));
  const { 'aws-cdk': cdk, tsx, typescript } = devDependencies;
  expect(manifest.devDependencies).toEqual({ 'aws-cdk': cdk, tsx, typescript });
});

test.each(inPython)("%s requires the construct and its peers, in the construct's own ranges", (example) => {
  expect(read(example, 'requirements.txt').trim().split('\n')).toEqual([
    `aws-cdk-lib${pipRange(peerDependencies['aws-cdk-lib'])}`,
    `constructs${pipRange(peerDependencies.constructs)}`,
    '../../../dist/languages/python',
  ]);
});

test('package names differ, and the other files that all of them need do not', () => {
  const names = inTypeScript.map((example) => JSON.parse(read(example, 'package.json')).name);
  expect(new Set(names).size).toBe(names.length);
  const distinct = (of: readonly string[], file: string) => new Set(of.map((example) => read(example, file))).size;
  expect([distinct(inTypeScript, 'cdk.json'), distinct(inTypeScript, 'tsconfig.json')]).toEqual([1, 1]);
  expect(distinct(inPython, 'cdk.json')).toBe(1);
});

test('examples/README.md lists every example', () => {
  const index = read('README.md');
  const apps = globSync('*/*/app.{ts,py}', { cwd: folder }).map(dirname);
  expect(apps.sort()).toEqual(examples);
  expect(examples.filter((example) => !index.includes(`](${example}/README.md)`))).toEqual([]);
});
