import { auditPage } from '../../../../lambda/core/audit/audit';
import { addCounts, NO_COUNTS } from '../../../../lambda/core/audit/counts';
import type { Policy } from '../../../../lambda/core/companion/policy';
import { repair } from '../../../../lambda/core/companion/repair';
import { FakeRegistry } from '../../../support/fake-registry';
import { DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../../../support/manifests';
import { DEFAULT_POLICY } from '../../../support/policy';

const policy = DEFAULT_POLICY;
const REPOSITORY = 'team/app';

/** All pages of an audit, and what they found together. */
async function audit(registry: FakeRegistry, by: Policy = policy, since?: number) {
  let counts = NO_COUNTS;
  const outOfSync: string[] = [];
  const refusals: string[] = [];
  let nextToken: string | undefined;
  let pages = 0;
  do {
    const page = await auditPage(registry, REPOSITORY, by, { since, nextToken, now: 0 });
    counts = addCounts(counts, page.counts);
    outOfSync.push(...page.outOfSync);
    refusals.push(...page.refusals.map(({ image, reason }) => `${image.tag} ${reason}`));
    nextToken = page.nextToken;
    pages += 1;
  } while (nextToken);
  return { counts, outOfSync: outOfSync.sort(), refusals, pages };
}

async function repairAll(registry: FakeRegistry, tags: readonly string[]): Promise<void> {
  for (const tag of tags) await repair(registry, { repository: REPOSITORY, tag }, policy);
}

function pushIndex(registry: FakeRegistry, tag: string) {
  const child = registry.push(ociImage(`${tag}-amd64`), OCI.manifest);
  const descriptorOfChild = {
    mediaType: OCI.manifest,
    digest: child.digest,
    size: child.bytes.length,
    ...platform('amd64'),
  };
  registry.push(index([descriptorOfChild]), OCI.index, tag);
}

/** One of each kind. */
function mixed(): FakeRegistry {
  const registry = new FakeRegistry();
  registry.push(ociImage('plain'), OCI.manifest, 'plain');
  pushIndex(registry, 'multi');
  registry.push(dockerImage('docker'), DOCKER.manifest, 'docker');
  registry.push(ociImage('chart', { artifactType: 'a/b' }), OCI.manifest, 'chart');
  registry.push(ociImage('zstd', { layers: [descriptor(OCI.zstd, 'l')] }), OCI.manifest, 'zstd');
  return registry;
}

test('asks for what is missing, counts what is refused, and finds nothing once that is repaired', async () => {
  const registry = mixed();
  const first = await audit(registry);
  expect(first.outOfSync).toEqual(['multi', 'plain']);
  expect(first.refusals).toEqual(['zstd zstd-layer']);
  expect(first.counts).toEqual({ images: 5, ociImages: 4, upToDate: 0, requested: 2, refused: { 'zstd-layer': 1 } });

  await repairAll(registry, first.outOfSync);
  const second = await audit(registry);
  expect(second.outOfSync).toEqual([]);
  expect(second.counts).toEqual({ images: 7, ociImages: 4, upToDate: 2, requested: 0, refused: { 'zstd-layer': 1 } });
});

test('puts nothing itself', async () => {
  const registry = mixed();
  await audit(registry);
  expect(registry.calls.filter((call) => call.startsWith('put'))).toEqual([]);
});

describe('staleness is a matter of content', () => {
  test('a tag that moved to an older image, with no event', async () => {
    const registry = new FakeRegistry();
    const old = registry.push(ociImage('old'), OCI.manifest, 'v1');
    registry.push(ociImage('new'), OCI.manifest, 'v2');
    await repairAll(registry, ['v1', 'v2']);
    registry.tags.set('v2', old.digest);
    expect((await audit(registry)).outOfSync).toEqual(['v2']);
    await repairAll(registry, ['v2']);
    expect((await audit(registry)).counts.upToDate).toBe(2);
  });

  test('a tag that moved from OCI to Docker', async () => {
    const registry = new FakeRegistry();
    registry.push(ociImage('old'), OCI.manifest, 'v1');
    await repairAll(registry, ['v1']);
    registry.push(dockerImage('new'), DOCKER.manifest, 'v1');
    expect((await audit(registry)).outOfSync).toEqual(['v1']);
    await repairAll(registry, ['v1']);
    expect(await audit(registry)).toMatchObject({ outOfSync: [], counts: { upToDate: 1 } });
  });

  test('a companion that somebody overwrote', async () => {
    const registry = new FakeRegistry();
    registry.push(ociImage(), OCI.manifest, 'v1');
    registry.push(dockerImage('other'), DOCKER.manifest, 'v1-dockerv2');
    expect((await audit(registry)).outOfSync).toEqual(['v1']);
  });

  test('an artifact where an image was', async () => {
    const registry = new FakeRegistry();
    registry.push(ociImage('old'), OCI.manifest, 'v1');
    await repairAll(registry, ['v1']);
    registry.push(ociImage('chart', { artifactType: 'a/b' }), OCI.manifest, 'v1');
    // No repair can cure it, so none is requested: its event would raise the same alarm every day.
    expect(await audit(registry)).toMatchObject({ outOfSync: [], refusals: ['v1 stale-companion'] });
  });

  test('a companion whose source is gone is left alone', async () => {
    const registry = new FakeRegistry();
    registry.push(ociImage(), OCI.manifest, 'v1');
    await repairAll(registry, ['v1']);
    registry.tags.delete('v1');
    expect(await audit(registry)).toMatchObject({ outOfSync: [], refusals: [] });
  });
});

const within = (scope: Partial<Policy['scope']>): Policy => ({ ...policy, scope: { ...policy.scope, ...scope } });

test('leaves excluded tags and repositories that were not chosen alone', async () => {
  expect((await audit(mixed(), within({ excludedTags: ['pl*'] }))).outOfSync).toEqual(['multi']);
  expect((await audit(mixed(), within({ repositories: ['other/*'] }))).outOfSync).toEqual([]);
});

test('with a companion for every tag, a Docker image without one is out of sync', async () => {
  const everyTag: Policy = { ...policy, companionFor: 'every-tag' };
  const registry = mixed();
  expect((await audit(registry, everyTag)).outOfSync).toEqual(['docker', 'multi', 'plain']);
  await repair(registry, { repository: REPOSITORY, tag: 'docker' }, everyTag);
  expect(await audit(registry, everyTag)).toMatchObject({
    outOfSync: ['multi', 'plain'],
    counts: { upToDate: 1 },
  });
});

test('a companion whose source is gone is outOfSync where companions go with their source', async () => {
  const deleting: Policy = { ...policy, deleteOrphanedCompanions: true };
  for (const pageSize of [1, 1_000]) {
    const registry = new FakeRegistry();
    registry.pageSize = pageSize;
    for (const tag of ['v1', 'v2']) registry.push(ociImage(tag), OCI.manifest, tag);
    await repairAll(registry, ['v1', 'v2']);
    for (let at = 0; at < 15; at += 1) registry.push(dockerImage(`${at}`), DOCKER.manifest, `other-${at}`);
    registry.tags.delete('v1');
    expect((await audit(registry, deleting)).outOfSync).toEqual(['v1']);
  }
});

describe('a large repository', () => {
  /** Of n images, those whose number is even are OCI; their companions are right but for those divisible by 10. */
  async function large(n: number, pageSize: number): Promise<FakeRegistry> {
    const registry = new FakeRegistry();
    registry.pageSize = pageSize;
    for (let at = 0; at < n; at += 1) {
      const tag = `${at}`.padStart(5, '0');
      if (at % 2 === 1) registry.push(dockerImage(tag), DOCKER.manifest, tag);
      else registry.push(ociImage(tag), OCI.manifest, tag);
      if (at % 2 === 0 && at % 10 !== 0) await repairAll(registry, [tag]);
    }
    registry.calls.length = 0;
    return registry;
  }
  const missing = (n: number) => Array.from({ length: n / 10 }, (_, at) => `${at * 10}`.padStart(5, '0'));

  test('is read in N/1000 + K/50 + 2 calls', async () => {
    const registry = await large(3_000, 1_000);
    const { outOfSync, counts, pages } = await audit(registry);
    expect(outOfSync).toEqual(missing(3_000));
    expect(counts).toMatchObject({ ociImages: 1_500, upToDate: 1_200 });
    expect(pages).toBeGreaterThan(1);
    expect(registry.calls.length).toBeLessThanOrEqual(
      Math.ceil(counts.images / 1_000) + Math.ceil(counts.ociImages / 50) + 2,
    );
  });

  test('is found the same however it falls into pages and pages', async () => {
    for (const pageSize of [1, 7, 100]) {
      const registry = await large(300, pageSize);
      const { outOfSync, counts } = await audit(registry);
      expect(outOfSync).toEqual(missing(300));
      expect(counts).toMatchObject({ images: 420, ociImages: 150, upToDate: 120, requested: 30 });
    }
  });

  test('a Docker image whose stale companion is listed in another part is found', async () => {
    const registry = new FakeRegistry();
    registry.pageSize = 1;
    registry.push(ociImage('old'), OCI.manifest, 'a');
    await repairAll(registry, ['a']);
    for (let at = 0; at < 30; at += 1) registry.push(dockerImage(`${at}`), DOCKER.manifest, `a-${at}`);
    registry.push(dockerImage('new'), DOCKER.manifest, 'a');
    const { outOfSync, pages } = await audit(registry);
    expect(pages).toBeGreaterThan(1);
    expect(outOfSync).toEqual(['a']);
  });
});
