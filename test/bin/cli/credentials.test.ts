import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runCli, useNoAwsConfiguration } from '../../support/run-cli';

useNoAwsConfiguration();

const home = mkdtempSync(join(tmpdir(), 'home-'));
const config = join(home, 'config');
const script = (name: string, body: string) => {
  const file = join(home, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
};
const CREDENTIALS = `<Credentials><AccessKeyId>x</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>x</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`;

let aws: Server;
let endpoint: string;
const bodies: string[] = [];
const authorizations: string[] = [];

/** STS, and an ECR that knows nobody: what it answers shows that the call was signed and sent. */
beforeAll(async () => {
  aws = createServer(async (request, response) => {
    const body = await text(request);
    bodies.push(body);
    authorizations.push(request.headers.authorization ?? '');
    if (request.url === '/container') {
      response.end(
        JSON.stringify({
          AccessKeyId: 'container',
          SecretAccessKey: 'x',
          Token: 'x',
          Expiration: '2099-01-01T00:00:00Z',
        }),
      );
      return;
    }
    if (body.includes('Action=AssumeRole')) {
      response.end(`<AssumeRoleResponse><AssumeRoleResult>${CREDENTIALS}</AssumeRoleResult></AssumeRoleResponse>`);
      return;
    }
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: 'UnrecognizedClientException', message: 'unknown' }));
  });
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  writeFileSync(
    config,
    `[profile keys]
aws_access_key_id = x
aws_secret_access_key = x
region = eu-west-3
[profile mfa]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = keys
mfa_serial = arn:aws:iam::123456789012:mfa/ada
[profile broken]
credential_process = ${script('broken', 'echo starting >&2; echo "the vault is locked" >&2; exit 3')} token=secret
[profile silent]
credential_process = false
[profile nonsense]
credential_process = echo nonsense
[profile login]
login_session = arn:aws:iam::123456789012:user/ada
[profile sso]
sso_session = s
sso_account_id = 123456789012
sso_role_name = reader
[sso-session s]
sso_region = eu-north-1
sso_start_url = https://example.com
[profile empty]
region = eu-west-3
[profile on-empty]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = empty
`,
  );
});
afterAll(() => {
  aws.close();
  aws.closeAllConnections();
  rmSync(home, { recursive: true });
});
beforeEach(() => {
  bodies.length = 0;
});

interface Settings {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly isTTY?: boolean;
  readonly images?: readonly string[];
}

/** Asks ECR and STS at this server, under a name that is not the loopback's: `ecr-oci local` needs no credentials. */
const check = (profile: string, { env = {}, images = ['team/app:v1'], ...settings }: Settings = {}) =>
  runCli(['check', ...images, ...(profile ? ['--profile', profile] : [])], {
    ...settings,
    env: { AWS_CONFIG_FILE: config, HOME: home, AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'eu-north-1', ...env },
  });

test.each<[profile: string, stderr: RegExp]>([
  ['nobody', /^error: There is no AWS profile nobody in .*config or .*\.\nSee `aws configure list-profiles`/],
  ['broken', /^error: The credential_process of the profile broken failed: the vault is locked\n/],
  ['silent', /^error: The credential_process of the profile silent failed\.\n/],
  ['nonsense', /^error: Profile nonsense credential_process returned invalid JSON\.\n/],
  [
    'login',
    /^error: The `aws login` session of the profile login has expired, or there is none\.\n.*`aws login --profile login`/,
  ],
  [
    'sso',
    /^error: The SSO session of the profile sso has expired, or there is none\.\n.*`aws sso login --profile sso`/,
  ],
  ['empty', /^error: The profile empty has no credentials\.\n/],
  ['on-empty', /^error: The profile empty has no credentials\.\n/],
])('--profile %s', async (profile, expected) => {
  const { code, stdout, stderr } = await check(profile);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(expected)]);
  expect(stderr).not.toContain('secret');
  expect(await check('', { env: { AWS_PROFILE: profile } })).toMatchObject({ code: 2, stderr });
  expect(bodies).toEqual([]);
});

test('without any credentials', async () => {
  expect((await check('')).stderr).toMatch(/^error: No AWS credentials were found\.\n/);
});

test.each(['empty', ''])('those of a container, if the profile has none: %j', async (profile) => {
  authorizations.length = 0;
  await check(profile, { env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}/container` } });
  expect(authorizations.at(-1)).toContain('Credential=container/');
});

test('the profile counts, not the keys of the environment', async () => {
  const keys = { AWS_ACCESS_KEY_ID: 'environment', AWS_SECRET_ACCESS_KEY: 'x' };
  expect((await check('broken', { env: keys })).stderr).toMatch(/^error: The credential_process of the profile broken/);
  await check('', { env: keys });
  expect(authorizations.at(-1)).toContain('Credential=environment/');
});

test('a profile is missing, not the Region', async () => {
  const { stderr } = await check('nobody', { env: { AWS_REGION: '' } });
  expect(stderr).toMatch(/^error: There is no AWS profile nobody/);
});

describe('the Region', () => {
  const region = async (endpointUrl: string, env: Record<string, string>, ...args: string[]) => {
    const ran = await runCli(['check', 'team/app:v1', '--endpoint-url', endpointUrl, ...args], {
      env: { AWS_CONFIG_FILE: config, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', ...env },
    });
    return /Credential=\w+\/\d+\/([\w-]+)\/ecr/.exec(authorizations[0] ?? '')?.[1] ?? ran.stderr;
  };

  test('of the caller counts with --endpoint-url too, also for an ECR on this machine', async () => {
    for (const [env, args, expected] of [
      [{}, ['--region', 'eu-west-1'], 'eu-west-1'],
      [{ AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'eu-west-1' }, [], 'eu-west-2'],
      [{ AWS_DEFAULT_REGION: 'eu-west-1' }, ['--profile', 'keys'], 'eu-west-1'],
      [{}, ['--profile', 'keys'], 'eu-west-3'],
      [{ AWS_PROFILE: 'keys' }, [], 'eu-west-3'],
      [{}, [], 'eu-north-1'],
    ] as const) {
      authorizations.length = 0;
      expect(await region(endpoint, env, ...args)).toBe(expected);
    }
  });

  test('has to be given for another ECR', async () => {
    authorizations.length = 0;
    expect(await region('http://ecr.invalid', {})).toMatch(/^error: No AWS Region is set\./);
  });
});

describe('an MFA device', () => {
  test('is asked for its code on a terminal, once for all images', async () => {
    const images = ['team/app:v1', '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1'];
    const { stderr } = await check('mfa', { stdin: '123456\n', isTTY: true, images });
    expect(stderr.match(/Code of the MFA device arn:aws:iam::123456789012:mfa\/ada: /g)).toHaveLength(1);
    const assumed = bodies.filter((body) => body.includes('Action=AssumeRole'));
    expect(assumed).toEqual([expect.stringContaining('TokenCode=123456')]);
    // With these credentials, both images are asked for.
    expect(stderr.match(/AWS doesn't recognize these credentials/g)).toHaveLength(2);
  });

  test('cannot be asked for from a pipe', async () => {
    const { code, stderr } = await check('mfa', { stdin: '123456\n' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: The profile needs a code of the MFA device .*\/ada, and stdin is not a terminal/);
    expect(bodies).toEqual([]);
  });

  test.each(['', '\n'])('that gets no answer is an error: %j', async (stdin) => {
    const { code, stderr } = await check('mfa', { stdin, isTTY: true });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/error: No code of the MFA device .* was given\./)]);
  });
});
