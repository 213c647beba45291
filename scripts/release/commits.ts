import { execFileSync } from 'node:child_process';
import { devNull } from 'node:os';
import { join } from 'node:path';

const GENERATOR = join(__dirname, '../../node_modules/.bin/conventional-changelog');

/**
 * The commits since the last version's tag by their types, for those who want to know more than the changelog says.
 * @param isTagged whether the version has its tag already
 */
export const commitNotes = (directory: string, isTagged: boolean): string =>
  execFileSync(
    GENERATOR,
    [
      '--stdout',
      '--preset=conventionalcommits',
      // It would append the changelog.
      `--infile=${devNull}`,
      // What comes after the last tag counts as a release, and with the tag there is nothing after it.
      `--release-count=${isTagged ? 2 : 1}`,
    ],
    { cwd: directory, encoding: 'utf8' },
  )
    // The release has a heading of its own.
    .replace(/^\s*##? .*\n+/, '')
    .trim();
