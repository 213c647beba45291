import { rmSync } from 'node:fs';
import { RepositoryFilter } from '../../lib';
import { LocalAccount } from '../../local/account/account';
import { buildxIndex, dockerDesktopImage } from '../../local/images/catalogue';
import { RegistryClient } from '../../local/images/registry-client';
import { synthesize } from '../support/assembly';
import { requestEvent } from '../support/request-event';
import { type SeededTag, seed, wrongCompanions } from '../support/seed';

let account: LocalAccount;
/** By their props. */
const assemblies = new Map<string, string>();

async function deploy(props: Parameters<typeof synthesize>[0] = {}): Promise<void> {
  const key = JSON.stringify(props);
  const assembly = assemblies.get(key) ?? synthesize(props);
  assemblies.set(key, assembly);
  account = await LocalAccount.start({ assembly, clock: 'skipping' });
}

afterEach(async () => {
  await account.stop();
});
afterAll(() => {
  for (const directory of assemblies.values()) rmSync(directory, { recursive: true });
});

async function ask(detailType: string, detail: object = {}): Promise<void> {
  account.bus.put(requestEvent(account.bus, detailType, detail));
  await account.settle({ timeoutMs: 60_000 });
}

const details = (detailType: string) =>
  account.bus.events.filter((event) => event['detail-type'] === detailType).map(({ detail }) => detail);
const finished = () => details('Repository Audit Finished');
const total = (name: string) => finished().reduce((sum, detail) => sum + Number(detail[name]), 0);
const calls = (...operations: string[]) =>
  account.calls.filter(({ operation }) => operations.includes(operation)).length;
const forget = () => {
  account.bus.events.length = 0;
  account.calls.length = 0;
};

describe('an audit of the registry', () => {
  let seeded: readonly SeededTag[];

  beforeEach(async () => {
    await deploy();
    seeded = seed(account.ecr, { repositories: 12, images: 150, seed: 7 });
  });

  test('repairs what was there before, within the calls that it may cost, and a second one repairs nothing', async () => {
    expect(wrongCompanions(account.ecr, seeded).length).toBeGreaterThan(50);
    await ask('Registry Audit Requested');
    expect(wrongCompanions(account.ecr, seeded)).toEqual([]);
    expect(account.deadLetters()).toEqual([]);
    expect(finished()).toHaveLength(12);
    const refused = seeded.filter(({ kind }) => kind === 'zstd').length;
    expect(
      finished().reduce((sum, { refused }) => sum + ((refused as Record<string, number>)['zstd-layer'] ?? 0), 0),
    ).toBe(refused);

    forget();
    await ask('Registry Audit Requested');
    expect(details('Image Repair Requested')).toEqual([]);
    expect(total('requested')).toBe(0);
    expect(total('upToDate')).toBe(seeded.filter(({ companion }) => companion).length);
    for (const detail of finished()) {
      expect(detail).toMatchObject({ images: expect.any(Number), ociImages: expect.any(Number) });
    }
    // Each repository: one look at its resource tags, its listing, its manifests.
    const allowed = finished().reduce(
      (sum, { images, ociImages }) => sum + Math.ceil(Number(images) / 1000) + Math.ceil(Number(ociImages) / 50) + 2,
      0,
    );
    expect(calls('DescribeImages', 'BatchGetImage', 'ListTagsForResource')).toBeLessThanOrEqual(allowed);
    expect(calls('PutImage')).toBe(0);
  });

  test('is what the schedule asks for', async () => {
    account.bus.fire('Schedule');
    await account.settle({ timeoutMs: 60_000 });
    expect(wrongCompanions(account.ecr, seeded)).toEqual([]);
  });

  test('of one repository leaves the others', async () => {
    const [{ repository } = { repository: '' }] = seeded;
    await ask('Repository Audit Requested', { repository });
    expect(wrongCompanions(account.ecr, seeded).filter((tag) => tag.repository === repository)).toEqual([]);
    expect(wrongCompanions(account.ecr, seeded).length).toBeGreaterThan(50);
    expect(finished()).toMatchObject([{ repository }]);
  });

  test('loses nothing when the function is killed in the middle', async () => {
    account.bus.put(requestEvent(account.bus, 'Registry Audit Requested', {}));
    let killed = 0;
    account.bus.deliver = (event) => {
      if (event['detail-type'] === 'Image Remediation' && killed < 5 && account.bus.events.length % 20 === 0) {
        killed += 1;
        account.function().kill();
      }
      return [event];
    };
    await account.settle({ timeoutMs: 60_000 });
    expect(killed).toBeGreaterThan(0);
    account.redrive();
    await account.settle({ timeoutMs: 60_000 });
    await ask('Registry Audit Requested');
    expect(wrongCompanions(account.ecr, seeded)).toEqual([]);
  });
});

describe('who is left alone', () => {
  test('a repository that opted out by its resource tag, whether it is audited or pushed to', async () => {
    await deploy();
    const registry = new RegistryClient(account.endpoint);
    account.ecr.createRepository('team/app');
    account.ecr.tagResource('team/app', { 'ecr-oci-remediation': 'disabled' });
    await registry.push('team/app', 'v1', await dockerDesktopImage());
    await account.settle();
    expect(details('Image Remediation')).toMatchObject([{ outcome: 'skipped', reason: 'opted-out' }]);
    await ask('Registry Audit Requested');
    expect(finished()).toMatchObject([{ repository: 'team/app', skipped: 'opted-out', requested: 0 }]);
    expect([...account.ecr.tags('team/app').keys()]).toEqual(['v1']);
  });

  test('excluded tags, and repositories that were not chosen', async () => {
    await deploy({ repositories: [RepositoryFilter.matching('team/*')], excludedTags: ['dev-*'] });
    const registry = new RegistryClient(account.endpoint);
    for (const [repository, tag] of [
      ['team/app', 'dev-1'],
      ['team/app', 'v1'],
      ['other/app', 'v1'],
    ] as const) {
      await registry.push(repository, tag, await dockerDesktopImage());
    }
    await account.settle();
    await ask('Registry Audit Requested');
    expect(finished().map(({ repository }) => repository)).toEqual(['team/app']);
    await ask('Image Repair Requested', { repository: 'other/app', tag: 'v1' });
    expect(details('Image Remediation').at(-1)).toMatchObject({ outcome: 'skipped', reason: 'repository-not-chosen' });
    expect([...account.ecr.tags('team/app').keys()].sort()).toEqual(['dev-1', 'v1', 'v1-dockerv2']);
    expect([...account.ecr.tags('other/app').keys()]).toEqual(['v1']);
  });
});

test('what a replication brings is repaired where it arrives, if the deployer wants it', async () => {
  await deploy({ includeReplicatedImages: true });
  const registry = new RegistryClient(account.endpoint);
  account.bus.deliver = () => [];
  await registry.push('team/app', 'v1', await buildxIndex('OCI artifact'));
  account.bus.deliver = (event) => [event];
  const [pushed] = account.bus.events.filter(({ detail }) => detail['image-tag'] === 'v1');
  if (!pushed) throw new Error('no push');
  const { 'manifest-media-type': _, 'artifact-media-type': __, ...detail } = pushed.detail;
  account.bus.put({
    ...pushed,
    'detail-type': 'ECR Replication Action',
    detail: { ...detail, 'action-type': 'REPLICATE', 'source-account': '210987654321', 'source-region': 'us-east-1' },
  });
  await account.settle();
  expect([...account.ecr.tags('team/app').keys()]).toEqual(['v1', 'v1-dockerv2']);
});
