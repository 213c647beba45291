import type { Outcome } from '../../../../lambda/core/companion/outcome';
import type { Policy } from '../../../../lambda/core/companion/policy';
import { repair } from '../../../../lambda/core/companion/repair';
import { TransientFailure } from '../../../../lambda/core/errors';
import { FakeRegistry } from '../../../support/fake-registry';
import { DOCKER, dockerImage, OCI, ociImage } from '../../../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../../support/policy';

const policy = DEFAULT_POLICY;
const image = { repository: 'team/app', tag: 'v1' };

const names = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => ('reason' in outcome ? `${outcome.outcome} ${outcome.reason}` : outcome.outcome));

test('a source that moves after the read is repaired again before the repair ends', async () => {
  const registry = new FakeRegistry();
  registry.push(ociImage('old'), OCI.manifest, 'v1');
  let moved = false;
  registry.before = (call) => {
    if (call.startsWith('putManifest') && !moved) {
      moved = true;
      registry.push(ociImage('new'), OCI.manifest, 'v1');
    }
  };
  expect(names(await repair(registry, image, policy))).toEqual(['converted']);
  expect(registry.read('v1-dockerv2')).toEqual(dockerImage('new'));
});

test('a stale write by another repair is undone', async () => {
  const registry = new FakeRegistry();
  registry.push(ociImage('now'), OCI.manifest, 'v1');
  let overwritten = false;
  registry.before = (call) => {
    if (call.startsWith('readTags') && registry.tags.has('v1-dockerv2') && !overwritten) {
      overwritten = true;
      registry.push(dockerImage('stale'), DOCKER.manifest, 'v1-dockerv2');
    }
  };
  expect(names(await repair(registry, image, policy))).toEqual(['converted']);
  expect(registry.read('v1-dockerv2')).toEqual(dockerImage('now'));
});

test('a source that never rests is left to the queue', async () => {
  const registry = new FakeRegistry();
  let pushes = 0;
  registry.before = (call) => {
    if (call.startsWith('readTags')) registry.push(ociImage(`push-${pushes++}`), OCI.manifest, 'v1');
  };
  await expect(repair(registry, image, policy)).rejects.toThrow(
    new TransientFailure('team/app:v1 kept moving for 5 rounds'),
  );
  expect(pushes).toBe(5);
});

test('a source deleted in the middle leaves its companion', async () => {
  const registry = new FakeRegistry();
  registry.push(ociImage(), OCI.manifest, 'v1');
  registry.before = (call) => {
    if (call.startsWith('putManifest')) registry.tags.delete('v1');
  };
  expect(await repair(registry, image, policy)).toMatchObject([
    { reason: 'source-gone', detail: expect.stringContaining('v1-dockerv2 is kept') },
  ]);
});

describe('with companions that go with their source tag', () => {
  const deleting: Policy = { ...policy, platforms: [AMD64, ARM64], deleteOrphanedCompanions: true };

  test('both are deleted when it is gone, and nothing else', async () => {
    const registry = new FakeRegistry();
    for (const tag of ['v1-dockerv2', 'v1-dockerv2-arm64', 'v2', 'v2-dockerv2'])
      registry.push(dockerImage(tag), DOCKER.manifest, tag);
    expect(await repair(registry, image, deleting)).toMatchObject([
      { reason: 'source-gone', detail: expect.stringContaining('its companions were deleted') },
    ]);
    expect([...registry.tags.keys()]).toEqual(['v2', 'v2-dockerv2']);
    expect(names(await repair(registry, image, deleting))).toEqual(['skipped source-gone']);
    expect(registry.calls.filter((call) => call.startsWith('delete'))).toHaveLength(1);
  });

  test('a source that is pushed again meanwhile has its companion again', async () => {
    const registry = new FakeRegistry();
    registry.push(dockerImage('old'), DOCKER.manifest, 'v1-dockerv2');
    registry.before = (call) => {
      if (call.startsWith('deleteCompanions')) registry.push(ociImage('new'), OCI.manifest, 'v1');
    };
    expect(names(await repair(registry, image, deleting))).toEqual(['converted']);
    expect(registry.read('v1-dockerv2')).toEqual(dockerImage('new'));
  });

  test('a source that comes and goes again takes its new companion along', async () => {
    const registry = new FakeRegistry();
    registry.push(dockerImage('old'), DOCKER.manifest, 'v1-dockerv2');
    registry.before = (call) => {
      if (call.startsWith('deleteCompanions') && !registry.calls.includes('putManifest v1-dockerv2'))
        registry.push(ociImage('new'), OCI.manifest, 'v1');
      if (call.startsWith('putManifest')) registry.tags.delete('v1');
    };
    expect(names(await repair(registry, image, deleting))).toEqual(['skipped source-gone']);
    expect([...registry.tags.keys()]).toEqual([]);
  });

  test('one that the registry keeps is named with the reason', async () => {
    const registry = new FakeRegistry();
    registry.push(dockerImage('old'), DOCKER.manifest, 'v1-dockerv2');
    registry.kept.set('v1-dockerv2', 'it was pulled on 2026-11-20');
    expect(await repair(registry, image, deleting)).toMatchObject([
      {
        reason: 'source-gone',
        detail: 'the tag no longer exists; v1-dockerv2 is kept, because it was pulled on 2026-11-20',
      },
    ]);
  });
});

test('no tag but the companion is ever put', async () => {
  const registry = new FakeRegistry();
  registry.push(ociImage(), OCI.manifest, 'v1');
  registry.push(ociImage('other'), OCI.manifest, 'v2');
  const before = new Map(registry.tags);
  await repair(registry, image, policy);
  registry.tags.delete('v1-dockerv2');
  expect(registry.tags).toEqual(before);
});
