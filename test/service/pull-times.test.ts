import { rmSync } from 'node:fs';
import type { OciImageRemediationProps } from '../../lib';
import { LocalAccount } from '../../local/account/account';
import { buildxIndex, dockerDesktopImage, dockerImage } from '../../local/images/catalogue';
import { RegistryClient } from '../../local/images/registry-client';
import { synthesize } from '../support/assembly';
import { DAY } from '../support/lifecycle-images';
import { requestEvent } from '../support/request-event';

const REPOSITORY = 'team/app';
let account: LocalAccount;
const assemblies: string[] = [];
afterEach(() => account.stop());
afterAll(() => {
  for (const directory of assemblies) rmSync(directory, { recursive: true });
});

/** Pushes images that the service then repairs, audits and finds current. */
async function pushAndAudit(props: OciImageRemediationProps = {}): Promise<void> {
  const assembly = synthesize(props);
  assemblies.push(assembly);
  account = await LocalAccount.start({ assembly, clock: 'skipping' });
  const registry = new RegistryClient(account.endpoint);
  await registry.push(REPOSITORY, 'v1', await dockerDesktopImage());
  await registry.push(REPOSITORY, 'v2', await buildxIndex('image manifest'));
  await registry.push(REPOSITORY, 'v3', await dockerImage());
  await account.settle();
  await account.elapse(3 * DAY);
  account.bus.put(requestEvent(account.bus, 'Registry Audit Requested', { backfill: true }));
  await account.settle();
}
const pulled = () => account.ecr.images(REPOSITORY).filter(({ lastPulledAt }) => lastPulledAt !== undefined);

test('repairs and audits leave no pull time', async () => {
  await pushAndAudit();
  expect(account.calls.filter(({ operation }) => operation === 'BatchGetImage').length).toBeGreaterThan(5);
  expect(pulled()).toEqual([]);
});

test('they do without the exclusion, which is what the test above would see', async () => {
  await pushAndAudit({ excludeFromPullTimes: false });
  expect(pulled().length).toBeGreaterThanOrEqual(4);
});
