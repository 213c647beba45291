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
