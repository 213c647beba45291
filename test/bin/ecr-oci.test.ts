import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pageScript } from '../../bin/commands/scan/report/page-script';
import { dockerDesktopImage, dockerImage } from '../../local/images/catalogue';
import { version } from '../../package.json';
import { Cli, EcrServer } from '../support/cli';
import { seed, wrongCompanions } from '../support/seed';

/** The bundle in a process of its own; what the commands do is tested in this one. */
let cli: Cli;
let server: EcrServer;
beforeAll(() => {
  cli = new Cli();
});
afterAll(() => cli.remove());
beforeEach(async () => {
  server = await EcrServer.start();
});
afterEach(() => server.stop());

const at = () => ['--endpoint-url', server.endpoint];
const pushOne = async () => server.registry.push('team/app', 'v1', await dockerDesktopImage());
const textOf = (stream: ChildProcess['stdout']) => (stream ? text(stream) : Promise.resolve(''));
const puts = () => server.ecr.calls.filter(({ operation }) => operation === 'PutImage').length;

/** Resolves when so many puts have come in. */
const putsReach = (count: number): Promise<void> =>
  new Promise((resolve) => {
    server.before = ({ operation }) => {
      if (operation === 'PutImage' && puts() >= count) resolve();
    };
  });

test('is executable, and starts without node_modules', async () => {
  const child = spawn(cli.file, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'], cwd: cli.directory });
  const [stdout, [code]] = await Promise.all([textOf(child.stdout), once(child, 'close')]);
  expect([stdout, code]).toEqual([`${version}\n`, 0]);
});

test('exits with the code of the command, and prints colors only where they are asked for', async () => {
  await pushOne();
  const [plain, colored, unknown] = await cli.runAll([
    [['check', 'team/app:v1', ...at()]],
    [['check', 'team/app:v1', ...at()], { env: { FORCE_COLOR: '1' } }],
    [['check', 'team/app:v2', ...at()]],
  ]);
  expect([plain?.code, colored?.code, unknown?.code]).toEqual([1, 1, 2]);
  expect(plain?.stdout).not.toContain('\u001b');
  expect(colored?.stdout).toContain('\u001b[31mrefused');
});

test('reads images from a pipe, and has none where stdin is closed', async () => {
  await pushOne();
  const piped = await cli.run(['check', ...at()], { stdin: 'team/app:v1\n' });
  expect([piped.code, piped.stdout]).toEqual([1, expect.stringMatching(/^team\/app:v1$/m)]);
  const child = spawn(process.execPath, [cli.file, 'check', '-'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [stderr, [code]] = await Promise.all([textOf(child.stderr), once(child, 'close')]);
  expect([stderr, code]).toEqual([expect.stringContaining('Stdin has no image.'), 2]);
});

test('has the script of the page beside it', async () => {
  await pushOne();
  const file = join(cli.directory, 'images.html');
  expect((await cli.run(['scan', '--html', file, ...at()])).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain(pageScript());
});

test('without a network, it names the host', async () => {
  const { code, stderr } = await cli.run(['check', 'team/app:v1', '--endpoint-url', 'http://127.0.0.1:1']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/Can't connect to 127\.0\.0\.1:1 /)]);
});

test.each([
  ['before it writes', ['check', 'team/app:d']],
  ['while it writes', ['scan', '--json']],
])('ends quietly when its reader goes %s', async (when, args) => {
  await server.registry.push('team/app', 'd', await dockerImage());
  seed(server.ecr, { repositories: 4, images: 2_000, seed: 1 });
  const child = cli.start([...args, ...at()]);
  if (when === 'before it writes') child.stdout?.destroy();
  else child.stdout?.once('data', () => child.stdout?.destroy());
  const [stderr, [code]] = await Promise.all([textOf(child.stderr), once(child, 'close')]);
  expect([stderr, code]).toEqual(['', 0]);
});

describe('a signal', () => {
  test('lets a backfill finish what it has begun: exit code 130', async () => {
    seed(server.ecr, { repositories: 1, images: 30, seed: 1 });
    const child = cli.start(['backfill', '--rate', '20', '--json', ...at()]);
    const [stdout, stderr, closed] = [textOf(child.stdout), textOf(child.stderr), once(child, 'close')];
    await putsReach(2);
    child.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
    expect(await stderr).toMatch(/^interrupted: finishing/);
    const { isComplete, summary } = JSON.parse(await stdout);
    expect([isComplete, summary.converted + summary.aliased, summary.failed]).toEqual([false, puts(), 0]);
    expect(summary.left).toBeGreaterThan(0);
  });

  test('and a second one ends it at once', async () => {
    await pushOne();
    const child = cli.start(['backfill', ...at()]);
    const [stdout, closed] = [textOf(child.stdout), once(child, 'close')];
    let answer: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await new Promise<void>((resolve) => {
      server.before = ({ operation }) => {
        if (operation !== 'PutImage') return;
        resolve();
        return held;
      };
    });
    child.kill('SIGINT');
    if (child.stderr) await once(child.stderr, 'data');
    child.kill('SIGINT');
    expect([await closed, await stdout]).toEqual([[null, 'SIGINT'], '']);
    answer();
  });
});

test('a backfill that is killed at any point goes on there', async () => {
  const seeded = seed(server.ecr, { repositories: 3, images: 60, seed: 3 });
  const needed = () => wrongCompanions(server.ecr, seeded).length;
  const before = needed();
  for (const after of [1, 10, 20]) {
    const child = cli.start(['backfill', '--rate', '100', ...at()]);
    const closed = once(child, 'close');
    await putsReach(after);
    child.kill('SIGKILL');
    await closed;
  }
  expect(needed()).toBeGreaterThan(0);
  await cli.run(['backfill', '--rate', '100', ...at()]);
  // A put whose answer was lost is not repeated: the next run sees it.
  expect([needed(), puts()]).toEqual([0, before]);
});
