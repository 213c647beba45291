import { spawn } from 'node:child_process';
import { version } from '../../package.json';
import { Cli } from '../support/cli';

let cli: Cli;
beforeAll(() => {
  cli = new Cli();
});
afterAll(() => cli.remove());

const COMMANDS = ['check', 'repair', 'wait', 'scan', 'backfill', 'convert', 'local'];

test('--help lists the commands', async () => {
  const { code, stdout, stderr } = await cli.run(['--help']);
  expect([code, stderr]).toEqual([0, '']);
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
});

test('the --help of each has examples, and says --json', async () => {
  const runs = await cli.runAll(COMMANDS.map((command) => [[command, '--help']]));
  for (const [at, { code, stdout }] of runs.entries()) {
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Examples:\n(?:  .*\n)*.*ecr-oci ${COMMANDS[at]}`, 'm'));
    expect(stdout).toContain('--json');
  }
});

test('--version is that of the package', async () => {
  expect(await cli.run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('what is not understood is told: exit code 2', async () => {
  const cases: readonly (readonly [args: readonly string[], stderr: RegExp])[] = [
    [[], /Usage: ecr-oci/],
    [['chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
    [['check'], /missing required argument 'image'/],
    [['check', 'team/app:v1', '--nonsense'], /unknown option '--nonsense'/],
    [['check', 'team/app:v1', '--for', 'ecs'], /Expected one or more of sagemaker, lambda/],
    [['check', 'team/app:v1', '--platform', 'amd64'], /Expected os\/architecture/],
    [['check', 'team/app:v1', '--endpoint-url', 'localhost:5111'], /Expected a URL/],
    [['check', 'team/app:v1', '--companion-suffix', 'dockerv2'], /Expected a separator/],
    [['check', 'team/app:v1', '--companion-suffix', '-soci'], /Expected a separator/],
    [['check', 'team/app:v1', '--companion-prefix', 'dockerv2'], /that end with a separator/],
    [['check', 'team/app:v1', '--companion-prefix', 'd-', '--companion-suffix', '-d'], /cannot be used with/],
    [['check', 'team/app:v1', '--companion-for', 'all'], /Allowed choices are oci-images, every-tag/],
    [['wait', 'team/app:v1', '--timeout', 'soon'], /Expected a duration/],
    [['wait', 'team/app:v1', 'team/app:v2'], /too many arguments/],
    [['convert', '--to', 'oci2'], /Allowed choices are docker, oci/],
    [['local', '--port', '70000'], /Expected a port/],
  ];
  const runs = await cli.runAll(cases.map(([args]) => [args]));
  expect(runs).toEqual(cases.map(([, stderr]) => ({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) })));
});

test('a file that is executable by itself', async () => {
  const child = spawn(cli.file, ['--version'], { stdio: 'ignore' });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
});
