import { execFileSync } from 'node:child_process';

/** The commits since the last version's tag by their types, for those who want to know more than the changelog says. */
export const commitNotes = (root: string): string =>
  execFileSync('conventional-changelog', ['--stdout', '--preset', 'conventionalcommits'], {
    cwd: root,
    encoding: 'utf8',
  })
    // The release has a heading of its own.
    .replace(/^##? .*\n+/, '')
    .trim();
