import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitNotes } from '../../../scripts/release/commits';

test('lists the commits since the last tag by type, with or without the tag of the version', () => {
  const directory = mkdtempSync(join(tmpdir(), 'commits-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], { cwd: directory });
  const commit = (message: string) => git('commit', '--quiet', '--allow-empty', '--message', message);
  const release = (version: string) =>
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name: 'x', version }));
  try {
    git('init', '--quiet');
    writeFileSync(join(directory, 'CHANGELOG.md'), '## Unreleased\n\n- By hand.\n');
    release('0.1.0');
    git('add', '.');
    commit('feat: the first');
    git('tag', 'v0.1.0');
    release('0.2.0');
    commit('fix(cli): the second');
    commit('docs: nobody is told');
    commit('feat!: the third');
    const rehearsed = commitNotes(directory, false);
    git('tag', '--annotate', '--message', 'v0.2.0', 'v0.2.0');
    for (const notes of [rehearsed, commitNotes(directory, true)]) {
      const lines = notes.split('\n').map((line) => line.replace(/ (?:\(.*|[0-9a-f]{7}$)/, ''));
      expect(lines.filter(Boolean)).toEqual([
        '### ⚠ BREAKING CHANGES',
        '* the third',
        '### Features',
        '* the third',
        '### Bug Fixes',
        '* **cli:** the second',
      ]);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
