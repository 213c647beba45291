import type { Policy } from '../../../../lambda/core/companion/policy';
import { repair } from '../../../../lambda/core/companion/repair';
import { FakeRegistry } from '../../../support/fake-registry';
import { DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../../../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../../support/policy';
import { audit, repairAll } from '../../../support/whole-audit';

const policy = DEFAULT_POLICY;
const REPOSITORY = 'team/app';

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

  test('an image that was deleted since it was listed', async () => {
    const registry = new FakeRegistry();
    registry.push(ociImage('other'), OCI.manifest, 'v1');
    const { digest } = registry.push(ociImage(), OCI.manifest, 'v2');
    registry.before = (call) => {
      if (call.startsWith('readManifests')) registry.manifests.delete(digest);
    };
    expect(await audit(registry)).toMatchObject({ outOfSync: ['v1'], refusals: [] });
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
  const registry = mixed();
  await audit(registry, within({ excludedTags: ['*'] }));
  expect(registry.calls).toEqual(['listManifests']);
});

describe('an image of several platforms', () => {
  const both: Policy = { ...policy, platforms: [AMD64, ARM64] };
  const zstd = (name: string) => ociImage(name, { layers: [descriptor(OCI.zstd, name)] });

  function pushIndexOf(registry: FakeRegistry, images: Readonly<Record<string, object>>): void {
    const children = Object.entries(images).map(([architecture, image]) => {
      const { digest, bytes } = registry.push(image, OCI.manifest);
      return { mediaType: OCI.manifest, digest, size: bytes.length, ...platform(architecture) };
    });
    registry.push(index(children), OCI.index, 'v1');
  }

  test('is refused once, however many of its companions are', async () => {
    const registry = new FakeRegistry();
    pushIndexOf(registry, { amd64: zstd('amd64'), arm64: zstd('arm64') });
    expect(await audit(registry, both)).toMatchObject({
      refusals: ['v1 zstd-layer'],
      counts: { refused: { 'zstd-layer': 1 } },
    });
  });

  test('is up to date if all of its companions are, and out of sync if one is', async () => {
    const registry = new FakeRegistry();
    pushIndexOf(registry, { amd64: ociImage('amd64'), arm64: ociImage('arm64') });
    await repair(registry, { repository: REPOSITORY, tag: 'v1' }, policy);
    expect(await audit(registry, both)).toMatchObject({ outOfSync: ['v1'], counts: { upToDate: 0, requested: 1 } });
    await repair(registry, { repository: REPOSITORY, tag: 'v1' }, both);
    expect(await audit(registry, both)).toMatchObject({ outOfSync: [], counts: { upToDate: 1 } });
    registry.push(dockerImage('old'), DOCKER.manifest, 'v1-dockerv2');
    expect(await audit(registry, both)).toMatchObject({ outOfSync: ['v1'], counts: { upToDate: 0 } });
  });

  test('is not up to date if one can not have its companion', async () => {
    const registry = new FakeRegistry();
    pushIndexOf(registry, { amd64: ociImage('amd64'), arm64: zstd('arm64') });
    await repair(registry, { repository: REPOSITORY, tag: 'v1' }, both);
    const found = { outOfSync: [], refusals: ['v1 zstd-layer'], counts: { upToDate: 0, refused: { 'zstd-layer': 1 } } };
    expect(await audit(registry, both)).toMatchObject(found);
  });
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

describe('where repositories choose', () => {
  const choosing: Policy = { ...policy, choices: { allowed: ['platforms', 'companion-for'] } };
  let registry: FakeRegistry;
  beforeEach(async () => {
    registry = mixed();
    await repairAll(registry, ['plain', 'multi'], choosing);
  });
  const choose = (setting: string, value: string) => registry.resourceTags.set(`ecr-oci-remediation:${setting}`, value);

  test('what they chose is what an audit compares with, and it asks once', async () => {
    registry.calls.length = 0;
    expect((await audit(registry, choosing)).outOfSync).toEqual([]);
    expect(registry.calls.filter((call) => call === 'readResourceTags')).toHaveLength(1);
    choose('companion-for', 'every-tag');
    expect((await audit(registry, choosing)).outOfSync).toEqual(['docker']);
    choose('platforms', 'linux/amd64 linux/arm64');
    registry.tags.set('multi-dockerv2-arm64', registry.tags.get('docker') ?? '');
    expect((await audit(registry, choosing)).refusals).toEqual(['multi stale-companion', 'zstd zstd-layer']);
  });

  test('a companion of a platform that they chose is one, and of another is not', async () => {
    choose('platforms', 'linux/amd64 linux/arm64');
    registry.tags.set('gone-dockerv2-arm64', registry.tags.get('docker') ?? '');
    const deleting: Policy = { ...choosing, deleteOrphanedCompanions: true };
    expect((await audit(registry, deleting)).outOfSync).toEqual(['gone']);
    registry.resourceTags.clear();
    expect((await audit(registry, deleting)).outOfSync).toEqual([]);
  });

  test('what they chose wrongly is refused, and nothing else', async () => {
    choose('platforms', 'arm64');
    expect(await audit(registry, choosing)).toMatchObject({
      outOfSync: [],
      refusals: ['multi bad-repository-setting', 'zstd zstd-layer'],
      counts: { upToDate: 1 },
    });
    choose('companion-for', 'all');
    expect((await audit(registry, choosing)).refusals).toContain('docker bad-repository-setting');
  });
});
