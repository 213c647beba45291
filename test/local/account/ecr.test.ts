import { BatchGetImageCommand, ECRClient } from '@aws-sdk/client-ecr';
import { LocalAccount, type LocalAccountOptions } from '../../../local/account/account';
import { PROBE, probeEvent } from '../../support/probe';
import { manifest } from '../ecr/support';

const DAY = 86_400_000;
let account: LocalAccount;

async function start(options: Partial<LocalAccountOptions> = {}): Promise<ECRClient> {
  account = await LocalAccount.start({ assembly: PROBE, clock: 'skipping', ...options });
  account.ecr.store('team/app', { bytes: Buffer.from(manifest('a')), tag: 'v1' });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new ECRClient({ region: 'eu-north-1', endpoint: account.endpoint, credentials, maxAttempts: 1 });
}

/** The probe's function reads team/app:v1. */
async function functionReads(): Promise<void> {
  account.bus.put(probeEvent({ do: 'read image' }));
  await account.settle();
}

afterEach(() => account.stop());

describe('pull times', () => {
  const pulledAt = () => account.ecr.images('team/app')[0]?.lastPulledAt?.getTime() ?? 0;

  test('a read by the function is a pull', async () => {
    await start();
    expect(pulledAt()).toBe(0);
    await functionReads();
    expect(pulledAt()).toBeGreaterThan(0);
  });

  test("the template can exclude a role's reads, and nobody else's", async () => {
    const ecr = await start({ parameters: { Mode: 'fancy' } });
    await functionReads();
    expect(account.calls.map(({ operation }) => operation)).toEqual(['BatchGetImage']);
    expect(pulledAt()).toBe(0);
    await account.elapse(3 * DAY);
    await ecr.send(new BatchGetImageCommand({ repositoryName: 'team/app', imageIds: [{ imageTag: 'v1' }] }));
    expect(pulledAt()).toBeGreaterThan(Date.now() + 2 * DAY);
    await account.elapse(3 * DAY);
    await fetch(`${account.endpoint}/v2/team/app/manifests/v1`);
    expect(pulledAt()).toBeGreaterThan(Date.now() + 5 * DAY);
    ecr.destroy();
  });
});

describe('a repository policy', () => {
  const deny = (more: object) => ({ Effect: 'Deny', Principal: '*', Action: 'ecr:*', ...more });
  const role = 'arn:aws:iam::123456789012:role/Probe-Role9C';
  const attempts = () => account.calls.filter(({ operation }) => operation === 'BatchGetImage').length;

  test.each<[string, object, boolean]>([
    ['denies everybody', {}, true],
    ['denies the role', { Principal: { AWS: role } }, true],
    ['denies the account', { Principal: { AWS: 'arn:aws:iam::123456789012:root' } }, true],
    ['denies another account', { Principal: { AWS: '210987654321' } }, false],
    ['denies another action', { Action: 'ecr:PutImage' }, false],
    ['denies all but CI', { Condition: { ArnNotLike: { 'aws:PrincipalArn': '*:role/ci-*' } } }, true],
    ['denies all but the role', { Condition: { StringNotLike: { 'aws:PrincipalArn': '*:role/Probe-*' } } }, false],
  ])('that %s', async (_, more, isDenied) => {
    const ecr = await start();
    account.ecr.setRepositoryPolicy('team/app', { Statement: [deny(more)] });
    await functionReads();
    expect(attempts()).toBe(isDenied ? 3 : 1);
    expect(account.deadLetters()).toHaveLength(isDenied ? 1 : 0);
    const refusal = `${role} is not authorized to perform: ecr:BatchGetImage`;
    expect(account.logs.filter(({ line }) => line.includes(refusal))).toHaveLength(isDenied ? 3 : 0);
    ecr.destroy();
  });

  test('is for the functions: a client with unknown credentials may do everything', async () => {
    const ecr = await start();
    account.ecr.setRepositoryPolicy('team/app', { Statement: [deny({})] });
    const imageIds = [{ imageTag: 'v1' }];
    expect((await ecr.send(new BatchGetImageCommand({ repositoryName: 'team/app', imageIds }))).images).toHaveLength(1);
    ecr.destroy();
  });
});
