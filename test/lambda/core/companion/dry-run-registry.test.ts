import { DryRunRegistry } from '../../../../lambda/core/companion/dry-run-registry';
import { repair } from '../../../../lambda/core/companion/repair';
import { FakeRegistry } from '../../../support/fake-registry';
import { DOCKER, descriptor, dockerImage, OCI, ociImage } from '../../../support/manifests';
import { DEFAULT_POLICY } from '../../../support/policy';

const image = { repository: 'team/app', tag: 'v1' };

/** A registry in which v1 is what `push` makes of it. */
function registryWith(push: (registry: FakeRegistry) => void): FakeRegistry {
  const registry = new FakeRegistry();
  push(registry);
  return registry;
}

const CASES: [string, (registry: FakeRegistry) => void][] = [
  ['an OCI image', (registry) => registry.push(ociImage(), OCI.manifest, 'v1')],
  [
    'an OCI image over an earlier companion',
    (registry) => {
      registry.push(ociImage(), OCI.manifest, 'v1');
      registry.push(dockerImage('old'), DOCKER.manifest, 'v1-dockerv2');
    },
  ],
  [
    'a Docker image over an earlier companion',
    (registry) => {
      registry.push(dockerImage('new'), DOCKER.manifest, 'v1');
      registry.push(dockerImage('old'), DOCKER.manifest, 'v1-dockerv2');
    },
  ],
  ['a Docker image', (registry) => registry.push(dockerImage(), DOCKER.manifest, 'v1')],
  ['a chart', (registry) => registry.push(ociImage('chart', { artifactType: 'a/b' }), OCI.manifest, 'v1')],
  [
    'zstd layers',
    (registry) => registry.push(ociImage('zstd', { layers: [descriptor(OCI.zstd, 'l')] }), OCI.manifest, 'v1'),
  ],
  ['nothing', () => {}],
];

test.each(CASES)('a repair of %s comes to the same, dry and real', async (_, push) => {
  const registry = registryWith(push);
  const tags = new Map(registry.tags);
  const dryRun = new DryRunRegistry(registry);
  const dry = await repair(dryRun, image, DEFAULT_POLICY);
  expect(registry.tags).toEqual(tags);
  expect(registry.calls.filter((call) => /^(put|delete)/.test(call))).toEqual([]);
  const real = await repair(registry, image, DEFAULT_POLICY);
  expect(dry).toEqual(real);
  expect(dryRun.wouldPut('v1-dockerv2')?.digest).toBe(
    registry.calls.includes('putManifest v1-dockerv2') ? registry.tags.get('v1-dockerv2') : undefined,
  );
});

test('deletions are dry too, and seen by later reads', async () => {
  const registry = registryWith((one) => one.push(dockerImage(), DOCKER.manifest, 'v1-dockerv2'));
  const deleting = { ...DEFAULT_POLICY, deleteOrphanedCompanions: true };
  const outcomes = await repair(new DryRunRegistry(registry), image, deleting);
  expect(outcomes).toMatchObject([{ reason: 'source-gone', detail: expect.stringContaining('were deleted') }]);
  expect(registry.tags.has('v1-dockerv2')).toBe(true);
});

test('a dry deletion keeps nothing', async () => {
  const dryRun = new DryRunRegistry(new FakeRegistry());
  expect(await dryRun.deleteCompanions('team/app', 'v1', ['v1-dockerv2'])).toEqual([]);
});

test('an obstacle answers a put, by the tag and whether it is taken', async () => {
  const registry = registryWith((one) => {
    one.push(ociImage(), OCI.manifest, 'v1');
    one.push(ociImage(), OCI.manifest, 'v2');
    one.push(dockerImage('old'), DOCKER.manifest, 'v2-dockerv2');
  });
  const dryRun = new DryRunRegistry(registry, async (tag, isTaken) =>
    isTaken ? { kind: 'tag-immutable' } : { kind: 'refused', reason: 'limit-exceeded', detail: tag },
  );
  expect(await repair(dryRun, image, DEFAULT_POLICY)).toMatchObject([
    { outcome: 'refused', reason: 'limit-exceeded', detail: 'v1-dockerv2' },
  ]);
  expect(await repair(dryRun, { ...image, tag: 'v2' }, DEFAULT_POLICY)).toMatchObject([
    { outcome: 'refused', reason: 'tag-immutable' },
  ]);
  expect(dryRun.wouldPut('v1-dockerv2')).toBeUndefined();
});

test('one repository, several tags: each put is seen by reads of its own tag only', async () => {
  const registry = registryWith((one) => one.push(ociImage(), OCI.manifest, 'v1'));
  const dryRun = new DryRunRegistry(registry);
  await repair(dryRun, image, DEFAULT_POLICY);
  expect([...(await dryRun.readTags('team/app', ['v1'])).keys()]).toEqual(['v1']);
  expect([...(await dryRun.readTags('team/app', ['v1', 'v1-dockerv2', 'v2'])).keys()]).toEqual(['v1', 'v1-dockerv2']);
});
