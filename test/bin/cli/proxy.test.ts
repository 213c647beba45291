import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AwsError } from '../../../local/aws/error';
import { dockerDesktopImage } from '../../../local/images/catalogue';
import { Cli } from '../../support/cli';
import { useEcrServer } from '../../support/ecr-server';
import { describeWith, run } from '../../support/judges';
import { ConnectProxy } from './connect-proxy';

const ECR = 'api.ecr.eu-north-1.amazonaws.com';
const STS = 'sts.eu-north-1.amazonaws.com';
const SSO = 'portal.sso.eu-north-1.amazonaws.com';
const EVENTS = 'events.eu-north-1.amazonaws.com';
const BLOBS = 'blobs.example.com';

const KEYS = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
const EXPIRATION = '2099-01-01T00:00:00Z';
const ASSUMED_ROLE = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
  <AccessKeyId>x</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>x</SessionToken><Expiration>${EXPIRATION}</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
const ROLE_CREDENTIALS = {
  roleCredentials: { accessKeyId: 'x', secretAccessKey: 'x', sessionToken: 'x', expiration: Date.parse(EXPIRATION) },
};

/** The hosts of AWS, each with a certificate that the CLI is told to trust: no name is looked up, since the proxy does that. */
describeWith('openssl')(`on Node.js ${process.version}, through a proxy`, () => {
  const ecr = useEcrServer((server) =>
    dockerDesktopImage().then((image) => server.registry.push('team/app', 'v1', image)),
  );
  let cli: Cli;
  let aws: Server;
  let proxy: ConnectProxy;
  let certificate: string;

  beforeAll(async () => {
    cli = new Cli();
    const key = join(cli.directory, 'key.pem');
    certificate = join(cli.directory, 'certificate.pem');
    const names = [ECR, STS, SSO, EVENTS, BLOBS].map((host) => `DNS:${host}`).join(',');
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=test'];
    await run('openssl', ...request, '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', certificate);
    aws = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (message, response) => {
      if (message.headers.host === STS) response.end(ASSUMED_ROLE);
      else if (message.headers.host === SSO) response.end(JSON.stringify(ROLE_CREDENTIALS));
      else if (message.headers.host === EVENTS) response.end('{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}');
      else void ecr.ecr.handle(message, response, `https://${BLOBS}`, (call) => ecr.before(call));
    });
    await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    cli.remove();
    aws.close();
    aws.closeAllConnections();
  });
  beforeEach(async () => {
    proxy = await ConnectProxy.start((aws.address() as AddressInfo).port, Number(ecr.host.split(':')[1]));
  });
  afterEach(() => proxy.stop());

  const ask = (args: readonly string[], env: Record<string, string>) =>
    cli.run(args, { env: { AWS_REGION: 'eu-north-1', NODE_EXTRA_CA_CERTS: certificate, ...env } });
  const check = (env: Record<string, string>) => ask(['check', 'team/app:v1'], env);
  const isChecked = { code: 1, stdout: expect.stringMatching(/platforms +linux\/amd64$/m), stderr: '' };

  test.each(['HTTPS_PROXY', 'https_proxy'])('by %s: the API and blobs', async (name) => {
    expect(await check({ [name]: proxy.url, ...KEYS })).toEqual(isChecked);
    // Two calls of the API share a connection.
    expect(ecr.ecr.calls.length).toBeGreaterThan(1);
    expect(proxy.targets).toEqual([`CONNECT ${ECR}:443`, `CONNECT ${BLOBS}:443`]);
  });

  test('the same if Node.js looks at the environment too', async () => {
    const { code, stdout } = await check({ HTTPS_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1', ...KEYS });
    // Node.js 22 writes to stderr that this is experimental.
    expect({ code, stdout, stderr: '' }).toEqual(isChecked);
    expect(proxy.targets).toEqual([`CONNECT ${ECR}:443`, `CONNECT ${BLOBS}:443`]);
  });

  test('by HTTP_PROXY, where the endpoint is not HTTPS', async () => {
    const endpoint = 'http://ecr.invalid';
    const { code } = await ask(['check', 'team/app:v1', '--endpoint-url', endpoint], {
      HTTP_PROXY: proxy.url,
      ...KEYS,
    });
    expect([code, [...new Set(proxy.targets)]]).toEqual([1, [`POST ${endpoint}/`]]);
  });

  test('but not to a host of NO_PROXY, nor to this machine', async () => {
    const noProxy = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: '.invalid', ...KEYS };
    const direct = await ask(['check', 'team/app:v1', '--endpoint-url', 'https://ecr.invalid'], noProxy);
    expect([direct.code, direct.stderr]).toEqual([2, expect.stringMatching(/The host ecr\.invalid can't be found/)]);
    expect((await ask(['check', 'team/app:v1', '--endpoint-url', ecr.endpoint], noProxy)).code).toBe(1);
    expect(proxy.targets).toEqual([]);
  });

  test('the event that requests an audit', async () => {
    const { code } = await ask(['backfill', '--remote', '--timeout', '1ms'], { HTTPS_PROXY: proxy.url, ...KEYS });
    expect([code, proxy.targets]).toEqual([3, expect.arrayContaining([`CONNECT ${ECR}:443`, `CONNECT ${EVENTS}:443`])]);
  });

  test('the credentials of a role, and of an SSO session', async () => {
    const config = join(cli.directory, 'config');
    writeFileSync(
      config,
      `[profile role]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = keys
[profile keys]
aws_access_key_id = x
aws_secret_access_key = x
[profile sso]
sso_session = s
sso_account_id = 123456789012
sso_role_name = reader
[sso-session s]
sso_region = eu-north-1
sso_start_url = https://example.com
`,
    );
    const cache = join(cli.directory, '.aws/sso/cache');
    mkdirSync(cache, { recursive: true });
    const file = join(cache, `${createHash('sha1').update('s').digest('hex')}.json`);
    writeFileSync(file, JSON.stringify({ accessToken: 'x', expiresAt: EXPIRATION }));
    for (const [AWS_PROFILE, host] of [
      ['role', STS],
      ['sso', SSO],
    ] as const) {
      expect(await check({ HTTPS_PROXY: proxy.url, AWS_CONFIG_FILE: config, AWS_PROFILE })).toEqual(isChecked);
      expect(proxy.targets[0]).toBe(`CONNECT ${host}:443`);
      proxy.requests.length = 0;
    }
  });

  test('that wants a name and password', async () => {
    proxy.login = 'me:p@ss';
    expect(await check({ HTTPS_PROXY: proxy.url.replace('//', '//me:p%40ss@'), ...KEYS })).toEqual(isChecked);
    const { code, stdout, stderr } = await check({ HTTPS_PROXY: proxy.url.replace('//', '//me:wrong@'), ...KEYS });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `error: The proxy ${proxy.url} refuses to connect to ${ECR}:443: it answered 407.\nIt wants a name and password: HTTPS_PROXY=http://name:password@host:port.\n`,
    );
  });

  test('that is down', async () => {
    const { code, stderr } = await check({ HTTPS_PROXY: 'http://me:secret@127.0.0.1:1', ...KEYS });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: Can't connect to the proxy http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)/),
    ]);
    expect(stderr).not.toContain('secret');
  });

  test('an error of ECR is still its own', async () => {
    ecr.before = () => {
      throw new AwsError('ThrottlingException', 'Rate exceeded');
    };
    const throttled = { code: 2, stdout: '', stderr: expect.stringMatching(/ECR is throttling/) };
    expect(await check({ HTTPS_PROXY: proxy.url, ...KEYS })).toEqual(throttled);
  });
});
