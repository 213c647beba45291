import { rmSync } from 'node:fs';
import { RepositoryFilter } from '../../../../lib';
import { LocalAccount } from '../../../../local/account/account';
import { dockerDesktopImage } from '../../../../local/images/catalogue';
import { RegistryClient } from '../../../../local/images/registry-client';
import { synthesize } from '../../../support/assembly';
import { keepNewest, rule } from '../../../support/lifecycle-images';
import { LeapingClock, runCli, useNoAwsConfiguration } from '../../../support/run-cli';
import { seed, wrongCompanions } from '../../../support/seed';

let assembly: string;
let account: LocalAccount;

useNoAwsConfiguration();
beforeAll(() => {
  assembly = synthesize({ repositories: [RepositoryFilter.matching('team/*')] });
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

describe('a repository whose lifecycle policy would lose images', () => {
  beforeEach(async () => {
    const registry = new RegistryClient(account.endpoint);
    for (const repository of ['team/count', 'team/none'])
      for (const tag of ['v1', 'v2']) await registry.push(repository, tag, await dockerDesktopImage(`app ${tag}`));
    // What is pushed gets its companion in any case, so take those away again.
    await account.settle();
    for (const repository of ['team/count', 'team/none'])
      for (const tag of ['v1', 'v2'])
        await call('BatchDeleteImage', { repositoryName: repository, imageIds: [{ imageTag: `${tag}-dockerv2` }] });
    await account.settle();
    account.bus.events.length = 0;
    account.ecr.putLifecyclePolicy('team/count', JSON.stringify({ rules: [rule(1, keepNewest(2, ['*']))] }));
  });
  const call = async (operation: string, input: object) => {
    const target = { 'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}` };
    const headers = { 'content-type': 'application/x-amz-json-1.1', ...target };
    const response = await fetch(account.endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
    expect(response.status).toBe(200);
  };
  const details = () =>
    account.bus.events
      .filter((event) => event['detail-type'] === 'Registry Audit Requested')
      .map(({ detail }) => detail);

  test('is left alone by the service and not waited for', async () => {
    const { code, stdout } = await remote('--json');
    const { summary } = JSON.parse(stdout);
    expect([code, summary]).toMatchObject([1, { repairedByService: 2, left: 0, refused: { 'lifecycle-policy': 2 } }]);
    expect(details()[0]).toEqual({ backfill: true });
    expect([...account.ecr.tags('team/count').keys()].sort()).toEqual(['v1', 'v2']);
  });

  test('is repaired with --despite-lifecycle', async () => {
    const { code, stdout } = await remote('--json', '--despite-lifecycle');
    expect([code, JSON.parse(stdout).summary]).toMatchObject([0, { repairedByService: 4, left: 0, refused: {} }]);
    expect(details()[0]).toEqual({ backfill: true, despiteLifecycle: true });
  });
});
