import { rmSync } from 'node:fs';
import { RepositoryFilter } from '../../../../lib';
import { LocalAccount } from '../../../../local/account/account';
import { dockerDesktopImage } from '../../../../local/images/catalogue';
import { RegistryClient } from '../../../../local/images/registry-client';
import { synthesize } from '../../../support/assembly';
import { LeapingClock, runCli, useNoAwsConfiguration } from '../../../support/run-cli';
import { seed, wrongCompanions } from '../../../support/seed';

let assembly: string;
let account: LocalAccount;

useNoAwsConfiguration();
beforeAll(() => {
  assembly = synthesize({ repositories: [RepositoryFilter.matching('team/*')], auditPutImagesPerSecond: 10 });
});
afterAll(() => rmSync(assembly, { recursive: true }));
beforeEach(async () => {
  account = await LocalAccount.start({ assembly, clock: 'skipping' });
});
afterEach(() => account.stop());

/** While the CLI waits, the service does its work. */
const remote = (...args: string[]) =>
  runCli(['backfill', '--remote', ...args, '--endpoint-url', account.endpoint], {
    clock: new LeapingClock(() => account.settle()),
  });
const requests = () =>
  account.bus.events
    .filter(({ source }) => source === 'ecr-oci-remediation')
    .map((event) => [event['detail-type'], event.detail.repository])
    .filter(([type]) => type === 'Registry Audit Requested' || type === 'Repository Audit Requested');
const puts = () => account.calls.filter(({ operation }) => operation === 'PutImage').length;

test('asks the service, and follows it until all that can be repaired is', async () => {
  const seeded = seed(account.ecr, { repositories: 1, images: 20, seed: 5 });
  const before = wrongCompanions(account.ecr, seeded).length;
  const { code, stdout, stderr } = await remote('--json');
  const { mode, summary } = JSON.parse(stdout);
  expect([mode, summary.repairedByService, summary.left]).toEqual(['remote', before, 0]);
  expect(code).toBe(seeded.some(({ kind }) => kind === 'zstd') ? 1 : 0);
  expect(wrongCompanions(account.ecr, seeded)).toEqual([]);
  expect(requests()[0]).toEqual(['Registry Audit Requested', undefined]);
  expect(stderr).toContain('requested an audit of the registry');
  expect(puts()).toBe(before);
  // Nothing is left to ask for.
  account.bus.events.length = 0;
  await remote();
  expect(requests()).toEqual([]);
});

test('asks for the repositories that are named, and reports after the timeout what is left', async () => {
  await new RegistryClient(account.endpoint).push('ml/app', 'v1', await dockerDesktopImage());
  const { code, stdout, stderr } = await remote('--repository', 'ml/*', '--timeout', '10m');
  expect(requests()).toEqual([['Repository Audit Requested', 'ml/app']]);
  expect([code, stdout]).toEqual([3, expect.stringMatching(/^1 {2}left to do$/m)]);
  expect(stderr).toMatch(/Is it deployed in this account and Region/);
});
