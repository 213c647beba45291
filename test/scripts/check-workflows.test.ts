import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'workflows-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const check = (workflows: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(workflows)) writeFileSync(join(directory, name), text);
  const run = spawnSync('node_modules/.bin/tsx', ['scripts/check-workflows.mts', directory], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status: run.status, errors: run.stderr.trim().split('\n') };
};
const ci = readFileSync(join(root, '.github/workflows/ci.yml'), 'utf8');
const broken = (from: string | RegExp, to: string): string => {
  const text = ci.replace(from, to);
  if (text === ci) throw new Error(`ci.yml has no ${from}`);
  return text;
};

test('takes a workflow that GitHub takes and that is pinned, and refuses each that is not, with its file', () => {
  expect(check({ 'good.yml': ci })).toMatchObject({ status: 0 });
  const { status, errors } = check({
    'key.yml': broken('runs-on:', 'runs_on:'),
    'needs.yml': broken('name: Oldest', 'needs: nope\n    name: Oldest'),
    'expression.yml': broken('matrix.node }}', 'matrix.node'),
    'tag.yml': broken(/checkout@[0-9a-f]{40} # v7\.0\.1/, 'checkout@v7'),
    'unsaid.yml': broken(/(checkout@[0-9a-f]{40}) # v7\.0\.1/, '$1'),
    'write.yml': broken('contents: read', 'contents: write'),
    'timeout.yml': broken(/ +timeout-minutes: 30\n/, ''),
    'credentials.yml': broken('persist-credentials: false', 'fetch-depth: 0'),
    'injection.yml': broken('run: .ci/run', `run: echo \${{ github.head_ref }}`),
  });
  expect(status).toBe(1);
  expect([...new Set(errors.map((error) => error.split(/[: ]/)[0]))].sort()).toEqual([
    'credentials.yml',
    'expression.yml',
    'injection.yml',
    'key.yml',
    'needs.yml',
    'tag.yml',
    'timeout.yml',
    'unsaid.yml',
    'write.yml',
  ]);
});

test('a folder without workflows is an error, not a success', () => {
  expect(check({}).status).toBe(1);
});
