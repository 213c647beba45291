import { rmSync } from 'node:fs';
import { ECRClient, UpdateImageStorageClassCommand } from '@aws-sdk/client-ecr';
import { RepositoryFilter } from '../../lib';
import { LocalAccount } from '../../local/account/account';
import { dockerDesktopImage } from '../../local/images/catalogue';
import { RegistryClient } from '../../local/images/registry-client';
import { synthesize } from '../support/assembly';
import { DAY } from '../support/lifecycle-images';
import { totalMetrics } from '../support/metrics';
import { requestEvent } from '../support/request-event';

const REPOSITORY = 'team/app';
const deny = (...actions: string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: actions }],
});

let assembly: string;
let account: LocalAccount;
beforeAll(() => {
  assembly = synthesize({ excludedRepositories: [RepositoryFilter.matching('legacy/*')] });
});
beforeEach(async () => {
  account = await LocalAccount.start({ assembly, clock: 'skipping' });
});
afterEach(() => account.stop());
afterAll(() => rmSync(assembly, { recursive: true }));

/** Pushes an image, and lets its event arrive only after something changed. */
async function pushThen(change: () => void | Promise<void>, repository = REPOSITORY): Promise<void> {
  const held: Parameters<typeof account.bus.put>[0][] = [];
  account.bus.deliver = (event) => {
    held.push(event);
    return [];
  };
  await new RegistryClient(account.endpoint).push(repository, 'v1', await dockerDesktopImage());
  account.bus.deliver = (event) => [event];
  await change();
  for (const event of held) account.bus.put(event);
  await account.settle();
}

async function archive(): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new ECRClient({ region: 'eu-north-1', endpoint: account.endpoint, credentials });
  const command = new UpdateImageStorageClassCommand({
    repositoryName: REPOSITORY,
    imageId: { imageTag: 'v1' },
    targetStorageClass: 'ARCHIVE',
  });
  await client.send(command);
  client.destroy();
}

const details = (detailType: string) =>
  account.bus.events.filter((event) => event['detail-type'] === detailType).map(({ detail }) => detail);
const metric = (name: string) =>
  totalMetrics(account.logs.map(({ line }) => line))
    .filter((one) => one.name === name && Object.keys(one.dimensions).length === 1)
    .reduce((sum, one) => sum + one.sum, 0);
/** Everything that an alarm looks at. */
const alarming = () => ['Refused', 'Failed', 'LifecycleRisk', 'OutcomesNotPublished'].map(metric);

const CASES: readonly [string, () => void | Promise<void>, object][] = [
  [
    'a repository policy that denies everything',
    () => account.ecr.setRepositoryPolicy(REPOSITORY, deny('ecr:*')),
    { outcome: 'refused', reason: 'access-denied' },
  ],
  [
    'a repository policy that denies writing',
    () => account.ecr.setRepositoryPolicy(REPOSITORY, deny('ecr:PutImage')),
    { outcome: 'refused', reason: 'access-denied' },
  ],
  [
    "a KMS key that can't be used",
    () => account.ecr.setKeyUsable(REPOSITORY, false),
    { outcome: 'refused', reason: 'kms-key' },
  ],
  ['an archived image', archive, { outcome: 'skipped', reason: 'archived' }],
  [
    'a pull-through cache whose upstream registry is down',
    () => account.ecr.createPullThroughCacheRule('team', 'UpstreamUnavailable'),
    { outcome: 'skipped', reason: 'pull-through-cache' },
  ],
  [
    'the resource tag that opts out',
    () => account.ecr.tagResource(REPOSITORY, { 'ecr-oci-remediation': 'disabled' }),
    { outcome: 'skipped', reason: 'opted-out' },
  ],
];

describe.each(CASES)('%s', (_, change, expected) => {
  test('is an outcome of one attempt, and no alarm goes off for it again', async () => {
    await pushThen(change);
    expect(details('Image Remediation')).toMatchObject([expected]);
    expect(metric('Failed')).toBe(0);
    expect(account.deadLetters()).toEqual([]);
    const afterThePush = alarming();

    for (let day = 0; day < 3; day += 1) {
      await account.elapse(DAY);
      account.bus.fire('AuditSchedule');
      await account.settle();
    }
    expect(alarming()).toEqual(afterThePush);
    expect(account.deadLetters()).toEqual([]);
    expect([...account.ecr.tags(REPOSITORY).keys()]).toEqual(['v1']);
  });
});

test('an immutable companion tag is an outcome of one attempt', async () => {
  account.ecr.createRepository(REPOSITORY, { imageTagMutability: 'IMMUTABLE' });
  const registry = new RegistryClient(account.endpoint);
  account.bus.deliver = () => [];
  await registry.push(REPOSITORY, 'v1-dockerv2', await dockerDesktopImage('another'));
  account.bus.deliver = (event) => [event];
  await registry.push(REPOSITORY, 'v1', await dockerDesktopImage());
  await account.settle();
  expect(details('Image Remediation')).toMatchObject([{ outcome: 'refused', reason: 'tag-immutable' }]);
  expect([metric('Refused'), metric('Failed')]).toEqual([1, 0]);
  expect(account.deadLetters()).toEqual([]);
});

test('audits leave pull-through caches out, and their pushes are repaired', async () => {
  account.ecr.createPullThroughCacheRule('hub');
  await pushThen(() => {}, 'hub/library/app');
  await pushThen(() => {});
  account.bus.put(requestEvent(account.bus, 'Registry Audit Requested', { backfill: true }));
  await account.settle();
  expect(details('Repository Audit Finished').map(({ repository }) => repository)).toEqual([REPOSITORY]);
  expect([...account.ecr.tags('hub/library/app').keys()]).toEqual(['v1', 'v1-dockerv2']);
});

test('excluded repositories have no audits, and their pushes and repairs are skipped without a call', async () => {
  await pushThen(() => {}, 'legacy/app');
  account.bus.put(requestEvent(account.bus, 'Image Repair Requested', { repository: 'legacy/app', tag: 'v1' }));
  await account.settle();
  const skipped = { outcome: 'skipped', reason: 'repository-not-chosen' };
  expect(details('Image Remediation')).toMatchObject([skipped, skipped]);
  expect(account.calls.filter(({ service }) => service === 'ecr')).toEqual([]);
  account.bus.put(requestEvent(account.bus, 'Registry Audit Requested', { backfill: true }));
  await account.settle();
  expect(details('Repository Audit Finished')).toEqual([]);
  expect([...account.ecr.tags('legacy/app').keys()]).toEqual(['v1']);
});
