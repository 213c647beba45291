import { version } from '../../package.json';
import { runCli, useNoAwsConfiguration } from '../support/run-cli';

useNoAwsConfiguration();

const COMMANDS = [
  'check',
  'repair',
  'wait',
  'scan',
  'lifecycle',
  'backfill',
  'remove-companions',
  'diff',
  'convert',
  'local',
];

test('--help lists the commands', async () => {
  const { code, stdout, stderr } = await runCli(['--help']);
  expect([code, stderr]).toEqual([0, '']);
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
});

test.each(COMMANDS)('%s --help has examples, and lists --json', async (command) => {
  const { code, stdout } = await runCli([command, '--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^Examples:\n(?:  .*\n)*.*ecr-oci ${command}`, 'm'));
  expect(stdout).toContain('--json');
});

test('--version is that of the package', async () => {
  expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each<[args: readonly string[], stderr: RegExp]>([
  [[], /Usage: ecr-oci/],
  [['chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
  [['repair'], /missing required argument 'image'/],
  [['lifecycle'], /missing required argument 'repository'/],
  [['check', 'team/app:v1', '--nonsense'], /unknown option '--nonsense'/],
  [
    ['check', 'team/app:v1', '--for', 'ecs'],
    /'ecs' is invalid. Expected one or more of sagemaker, sagemaker-training, lambda/,
  ],
  [['check', 'team/app:v1', '--platform', 'amd64'], /Expected os\/architecture/],
  [['check', 'team/app:v1', '--endpoint-url', 'localhost:5111'], /Expected a URL/],
  [['check', 'team/app:v1', '--companion-suffix', 'dockerv2'], /Expected a separator/],
  [['check', 'team/app:v1', '--companion-prefix', 'dockerv2'], /that end with a separator/],
  [['check', 'team/app:v1', '--companion-prefix', 'd-', '--companion-suffix', '-d'], /cannot be used with/],
  [['check', 'team/app:v1', '--companion-for', 'all'], /Allowed choices are oci-images, every-tag/],
  [['wait', 'team/app:v1', '--timeout', 'soon'], /Expected a duration/],
  [['diff', 'team/app:v1'], /missing required argument 'b'/],
  [['wait', 'team/app:v1', 'team/app:v2'], /too many arguments/],
  [['scan', '--exclude-tag', '-pr*'], /'-pr\*' is invalid. Expected a tag/],
  [['backfill', '--rate', '0'], /above 0/],
  [['convert', '--to', 'oci2'], /Allowed choices are docker, oci/],
  [['local', '--port', '70000'], /Expected a port/],
])('%j is not valid: exit code 2', async (args, stderr) => {
  expect(await runCli(args)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) });
});
