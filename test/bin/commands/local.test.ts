import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { dockerDesktopImage } from '../../../local/images/catalogue';
import { RegistryClient } from '../../../local/images/registry-client';
import { bundleLocalAccount } from '../../../scripts/bundle-local-account';
import { Cli } from '../../support/cli';

let cli: Cli;
let account: ChildProcess | undefined;
beforeAll(() => {
  cli = new Cli();
  // Beside the bundle, where it looks for it, and away from every node_modules.
  bundleLocalAccount(join(cli.directory, 'account'));
});
// A failed test must not leave it running: Jest would wait for its pipes without end.
afterEach(() => account?.kill('SIGKILL'));
afterAll(() => cli.remove());

function lines({ stdout }: ChildProcess): AsyncIterator<string> {
  if (!stdout) throw new Error('no pipe to the CLI');
  return createInterface({ input: stdout })[Symbol.asyncIterator]();
}

test('a push gets its companion, the other commands see it, and Ctrl-C ends it', async () => {
  account = cli.start(['local', '--port', '0', '--json']);
  const output = lines(account);
  const { endpoint } = JSON.parse((await output.next()).value);
  await new RegistryClient(endpoint).push('team/app', 'v1', await dockerDesktopImage());
  const image = `${endpoint.replace('http://', '')}/team/app`;
  const waited = await cli.run(['wait', `${image}:v1`]);
  const outcome = JSON.parse((await output.next()).value);
  expect(outcome).toMatchObject({ repository: 'team/app', sourceTag: 'v1', outcome: 'converted' });
  expect(waited).toMatchObject({ code: 0, stdout: `${image}@${outcome.companionDigest}\n` });
  expect((await cli.run(['check', waited.stdout.trim()])).code).toBe(0);
  account.kill('SIGINT');
  expect(await once(account, 'close')).toEqual([0, null]);
});

test('a port in use, a missing assembly and an unknown stack: exit code 2', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const temporary = join(cli.directory, 'tmp');
  mkdirSync(temporary);
  const [taken, missing, unknown] = await cli.runAll([
    [['local', '--port', String(port)], { env: { TMPDIR: temporary } }],
    [['local', '--assembly', '/nowhere', '--json'], { env: { TMPDIR: temporary } }],
    [['local', '--stack', 'Other'], { env: { TMPDIR: temporary } }],
  ]);
  other.close();
  expect(readdirSync(temporary)).toEqual([]);
  expect(taken).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(`Port ${port} is in use.`) });
  const message = 'There is no synthesized stack in /nowhere. Run `npx cdk synth`, and use its cdk.out.';
  expect(missing).toEqual({ code: 2, stdout: expect.any(String), stderr: `error: ${message}\n` });
  expect(unknown?.code).toBe(2);
  expect(unknown?.stderr).toContain('no stack "Other"; expected one of: OciImageRemediation');
  expect(JSON.parse(missing?.stdout ?? '')).toEqual({ error: { message } });
});

test('a template with a parameter that it refuses, and a parameter without a value: exit code 2', async () => {
  const template = join(cli.directory, 'my.template.yaml');
  writeFileSync(template, 'Parameters: { Size: { Type: Number, Default: 1, MaxValue: 9 } }\nResources: {}\n');
  const [refused, malformed, both] = await cli.runAll([
    [['local', '--template', template, '--parameter', 'Size=9', '--parameter', 'Size=10']],
    [['local', '--template', template, '--parameter', 'Size']],
    [['local', '--template', template, '--assembly', 'cdk.out']],
  ]);
  expect(refused).toMatchObject({ code: 2, stderr: 'error: parameter Size is "10"; expected MaxValue 9\n' });
  expect(malformed?.code).toBe(2);
  expect(malformed?.stderr).toContain('Expected a name and a value, such as Repositories=team/*.');
  expect(both?.code).toBe(2);
  expect(both?.stderr).toContain("'--template <file>' cannot be used with option '--assembly <directory>'");
});
