import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';
import type { ReleaseFacts } from './blockers';

export const root = join(__dirname, '../..');

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trimEnd();
const lines = (text: string): string[] => text.split('\n').filter(Boolean);

/** @param expected paths that the build should have written */
export function readFacts(tag: string | undefined, expected: readonly string[]): ReleaseFacts {
  const { version, repository, jsii } = manifest;
  const { java, go } = jsii.targets;
  // An annotated tag names its commit by way of an object of its own.
  const refs = git('for-each-ref', '--format=%(refname:short) %(objectname) %(*objectname)', 'refs/tags');
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const changelog = read('CHANGELOG.md');
  const docs = globSync(['*.md', 'docs/**/*.md', 'bin/README.md'], { cwd: root })
    .filter((file) => !['CHANGELOG.md', 'docs/releasing.md'].includes(file))
    .map((file): [string, string] => [file, read(file)]);
  return {
    version,
    tag,
    changes: lines(git('status', '--porcelain')).map((line) => line.slice(3)),
    head: git('rev-parse', 'HEAD'),
    tags: new Map(
      lines(refs).map((line) => {
        const [name = '', object = '', commit] = line.split(' ');
        return [name, commit || object];
      }),
    ),
    changelog,
    addresses: {
      'repository.url': new URL(repository.url).host,
      'jsii.targets.java.maven.groupId': java.maven.groupId,
      'jsii.targets.go.moduleName': go.moduleName,
    },
    // Of the changelog, what stands above the versions.
    docs: new Map([...docs, ['CHANGELOG.md', changelog.split(/^## /m)[0] ?? '']]),
    missing: expected.filter((file) => !existsSync(join(root, file))),
  };
}
