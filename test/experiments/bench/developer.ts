import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureCommand } from '../layers/measured';
import type { Group } from './group';
import { fixed, type Row } from './row';

const root = join(__dirname, '../../..');

/** Of TypeScript, blank lines and comments included. */
function thousandsOfLines(): number {
  const files = execFileSync('git', ['ls-files', '-z', '*.ts'], { cwd: root, encoding: 'utf8' });
  const lines = files
    .split('\0')
    .filter(Boolean)
    .map((file) => readFileSync(join(root, file), 'utf8').split('\n').length);
  return lines.reduce((sum, count) => sum + count, 0) / 1_000;
}

interface Wait {
  readonly command: readonly [string, ...string[]];
  /** What CONTRIBUTING.md allows on two cores. */
  readonly limitSeconds?: number;
  /** Whether it's too long for a look. */
  readonly isLong?: boolean;
}

/** What a developer waits for. */
const WAITS: readonly Wait[] = [
  { command: ['npm', 'run', '--silent', 'check'] },
  { command: ['npm', 'run', '--silent', 'build'] },
  { command: ['npx', 'jest', '--selectProjects', 'unit'], limitSeconds: 10 },
  { command: ['npm', 'start', '--silent'] },
  { command: ['npm', 'test', '--silent'], limitSeconds: 100, isLong: true },
];

export const developer: Group = {
  what: 'what a developer of this project waits for',
  measure: async ({ quick, progress }) => {
    const size = thousandsOfLines();
    const rows: Row[] = [];
    for (const { command, limitSeconds, isLong } of WAITS) {
      if (quick && isLong) continue;
      const [program, ...args] = command;
      const what = command.filter((word) => word !== '--silent').join(' ');
      progress(what);
      const { seconds } = await measureCommand(program, ...args);
      rows.push({ what, unit: 's', ours: [seconds], against: fixed('1,000 lines', size) });
      if (limitSeconds)
        rows.push({
          what,
          unit: 's',
          ours: [seconds],
          against: fixed('the limit', limitSeconds),
          goal: { atMost: 1 },
        });
    }
    return rows;
  },
};
