import type { Outcome } from '../../../../lambda/core/companion/outcome';
import type { Policy } from '../../../../lambda/core/companion/policy';
import { repair } from '../../../../lambda/core/companion/repair';
import { TransientFailure } from '../../../../lambda/core/errors';
import { platformOf } from '../../../../lambda/core/manifest/platform';
import { FakeRegistry } from '../../../support/fake-registry';
import {
  DOCKER,
  descriptor,
  digestOfText,
  dockerImage,
  index,
  OCI,
  ociImage,
  platform,
} from '../../../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../../support/policy';

const policy = DEFAULT_POLICY;
const both: Policy = { ...policy, platforms: [AMD64, ARM64] };
const image = { repository: 'team/app', tag: 'v1' };

/** A pushed image manifest and the descriptor that an index names it by. */
function pushChild(registry: FakeRegistry, manifest: { mediaType: string }, more: object = {}) {
  const { digest, bytes } = registry.push(manifest, manifest.mediaType);
  return { mediaType: manifest.mediaType, digest, size: bytes.length, ...more };
}

const names = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => ('reason' in outcome ? `${outcome.outcome} ${outcome.reason}` : outcome.outcome));

describe('a plain image', () => {
  test('OCI is converted in three calls, and found right in one', async () => {
    const registry = new FakeRegistry();
    const source = registry.push(ociImage('app', { annotations: { a: 'b' } }), OCI.manifest, 'v1');
    const [outcome] = await repair(registry, image, policy);
    expect(registry.calls).toEqual(['readTags v1 v1-dockerv2', 'putManifest v1-dockerv2', 'readTags v1 v1-dockerv2']);
    expect(registry.read('v1-dockerv2')).toEqual(dockerImage());
    expect(outcome).toEqual({
      image,
      source: { digest: source.digest, mediaType: OCI.manifest },
      outcome: 'converted',
      companion: { tag: 'v1-dockerv2', digest: registry.tags.get('v1-dockerv2'), mediaType: DOCKER.manifest },
      droppedFields: ['$.annotations.a'],
    });

    registry.calls.length = 0;
    const [again] = await repair(registry, image, policy);
    expect(registry.calls).toEqual(['readTags v1 v1-dockerv2']);
    expect(again).toEqual({ ...outcome, outcome: 'unchanged' });
  });

  test('Docker without a companion is left alone in one call', async () => {
    const registry = new FakeRegistry();
    registry.push(dockerImage(), DOCKER.manifest, 'v1');
    expect(names(await repair(registry, image, policy))).toEqual(['skipped already-docker']);
    expect(registry.calls).toHaveLength(1);
    expect(registry.tags.has('v1-dockerv2')).toBe(false);
  });

  test('Docker gets a companion when every tag is to have one', async () => {
    const registry = new FakeRegistry();
    registry.push(dockerImage(), DOCKER.manifest, 'v1');
    expect(names(await repair(registry, image, { ...policy, companionFor: 'every-tag' }))).toEqual(['aliased']);
    expect(registry.tags.get('v1-dockerv2')).toBe(registry.tags.get('v1'));
  });

  test('the companion follows a source that moves from OCI to Docker', async () => {
    const registry = new FakeRegistry();
    registry.push(ociImage('old'), OCI.manifest, 'v1');
    await repair(registry, image, policy);
    registry.push(dockerImage('new'), DOCKER.manifest, 'v1');
    expect(names(await repair(registry, image, policy))).toEqual(['aliased']);
    expect(registry.read('v1-dockerv2')).toEqual(dockerImage('new'));
    expect(names(await repair(registry, image, policy))).toEqual(['unchanged']);
  });

  test('a tag that names nothing, in a repository or none', async () => {
    const registry = new FakeRegistry();
    expect(names(await repair(registry, image, policy))).toEqual(['skipped source-gone']);
    expect(names(await repair(registry, { ...image, repository: 'gone' }, policy))).toEqual([
      'skipped repository-gone',
    ]);
  });

  test.each([
    ['', 'skipped untagged'],
    ['v1-dockerv2', 'skipped companion-tag'],
    ['v1-soci', 'skipped soci-tag'],
  ])('the tag %p is skipped without a call', async (tag, outcome) => {
    const registry = new FakeRegistry();
    expect(names(await repair(registry, { ...image, tag }, policy))).toEqual([outcome]);
    expect(registry.calls).toEqual([]);
  });

  test('a tag too long for its companion is refused, and read without it', async () => {
    const registry = new FakeRegistry();
    const tag = 'a'.repeat(120);
    registry.push(ociImage(), OCI.manifest, tag);
    expect(names(await repair(registry, { ...image, tag }, policy))).toEqual(['refused tag-too-long']);
    expect(registry.calls).toEqual([`readTags ${tag}`]);
    registry.push(dockerImage(), DOCKER.manifest, tag);
    expect(names(await repair(registry, { ...image, tag }, policy))).toEqual(['skipped already-docker']);
  });

  test('an artifact is skipped in one call', async () => {
    const registry = new FakeRegistry();
    registry.push(
      ociImage('chart', { config: descriptor('application/vnd.cncf.helm.config.v1+json', 'c') }),
      OCI.manifest,
      'v1',
    );
    expect(names(await repair(registry, image, both))).toEqual(['skipped artifact']);
    expect(registry.calls).toHaveLength(1);
  });

  test('a refusal tells that the companion of an earlier image is stale', async () => {
    const registry = new FakeRegistry();
    registry.push(ociImage('old'), OCI.manifest, 'v1');
    await repair(registry, image, policy);
    registry.push(ociImage('new', { layers: [descriptor(OCI.zstd, 'l')] }), OCI.manifest, 'v1');
    const [outcome] = await repair(registry, image, policy);
    expect(outcome).toMatchObject({
      outcome: 'refused',
      reason: 'zstd-layer',
      detail: expect.stringContaining('still names'),
      companion: { tag: 'v1-dockerv2', outOfDateDigest: registry.tags.get('v1-dockerv2') },
    });
  });

  test('an artifact where an image was leaves a stale companion, which a person must know', async () => {
    const registry = new FakeRegistry();
    registry.push(ociImage(), OCI.manifest, 'v1');
    await repair(registry, image, policy);
    registry.push(ociImage('chart', { artifactType: 'a/b' }), OCI.manifest, 'v1');
    expect(names(await repair(registry, image, policy))).toEqual(['refused stale-companion']);
  });
});

describe('an index', () => {
  test('is repaired from its image of the platform in four calls, whatever attestations are beside it', async () => {
    const registry = new FakeRegistry();
    const attestation = pushChild(registry, ociImage('att'), {
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      ...platform('unknown', undefined, 'unknown'),
    });
    registry.push(
      index([
        attestation,
        pushChild(registry, ociImage('arm'), platform('arm64', 'v8')),
        pushChild(registry, ociImage('amd'), platform('amd64')),
      ]),
      OCI.index,
      'v1',
    );
    expect(await repair(registry, image, policy)).toMatchObject([{ outcome: 'converted', platform: 'linux/amd64' }]);
    expect(registry.calls).toEqual([
      'readTags v1 v1-dockerv2',
      'readManifest',
      'putManifest v1-dockerv2',
      'readTags v1 v1-dockerv2',
    ]);
    expect(registry.read('v1-dockerv2')).toEqual(dockerImage('amd'));
  });

  test('gives each further platform a companion of its own', async () => {
    const registry = new FakeRegistry();
    registry.push(
      index([
        pushChild(registry, ociImage('arm'), platform('arm64')),
        pushChild(registry, ociImage('amd'), platform('amd64')),
      ]),
      OCI.index,
      'v1',
    );
    expect(names(await repair(registry, image, both))).toEqual(['converted', 'converted']);
    expect(registry.read('v1-dockerv2')).toEqual(dockerImage('amd'));
    expect(registry.read('v1-dockerv2-arm64')).toEqual(dockerImage('arm'));
    registry.push(ociImage('single'), OCI.manifest, 'v1');
    expect(names(await repair(registry, image, both))).toEqual(['converted', 'refused stale-companion']);
  });

  test('of Docker images is aliased', async () => {
    const registry = new FakeRegistry();
    const child = pushChild(registry, dockerImage('amd'), platform('amd64'));
    registry.push(index([child], { mediaType: DOCKER.list }), DOCKER.list, 'v1');
    expect(names(await repair(registry, image, policy))).toEqual(['aliased']);
    expect(registry.tags.get('v1-dockerv2')).toBe(child.digest);
  });

  test('with one runnable image gives that, whatever its platform, under the plain tag only', async () => {
    const registry = new FakeRegistry();
    registry.push(index([pushChild(registry, ociImage('arm'), platform('arm64'))]), OCI.index, 'v1');
    expect(
      await repair(registry, image, { ...policy, platforms: [AMD64, platformOf('linux', 's390x')] }),
    ).toMatchObject([
      { outcome: 'converted', platform: 'linux/arm64' },
      { outcome: 'skipped', reason: 'platform-absent', detail: expect.stringContaining('only for linux/arm64') },
    ]);
  });

  test('without the platform is refused, naming those it has', async () => {
    const registry = new FakeRegistry();
    registry.push(
      index(['arm64', 's390x'].map((name) => pushChild(registry, ociImage(name), platform(name)))),
      OCI.index,
      'v1',
    );
    expect(await repair(registry, image, policy)).toMatchObject([
      { outcome: 'refused', reason: 'platform-not-found', detail: expect.stringContaining('linux/arm64, linux/s390x') },
    ]);
  });

  test('prefers the twin without zstd layers', async () => {
    const registry = new FakeRegistry();
    const zstd = pushChild(registry, ociImage('zstd', { layers: [descriptor(OCI.zstd, 'l')] }), {
      ...platform('amd64'),
      annotations: { 'io.github.containers.compression.zstd': 'true' },
    });
    registry.push(index([zstd, pushChild(registry, ociImage('gzip'), platform('amd64'))]), OCI.index, 'v1');
    expect(names(await repair(registry, image, policy))).toEqual(['converted']);
    expect(registry.read('v1-dockerv2')).toEqual(dockerImage('gzip'));
  });

  test('does not take an amd64/v3 image for amd64', async () => {
    const registry = new FakeRegistry();
    registry.push(
      index([
        pushChild(registry, ociImage('v3'), platform('amd64', 'v3')),
        pushChild(registry, ociImage('base'), platform('amd64')),
      ]),
      OCI.index,
      'v1',
    );
    await repair(registry, image, policy);
    expect(registry.read('v1-dockerv2')).toEqual(dockerImage('base'));
  });

  test('knows a child without a platform from its config', async () => {
    const registry = new FakeRegistry();
    const children = ['arm64', 'amd64'].map((architecture) => {
      const config = { mediaType: OCI.config, ...registry.pushBlob({ os: 'linux', architecture }) };
      return pushChild(registry, ociImage(architecture, { config }));
    });
    registry.push(index(children), OCI.index, 'v1');
    expect(await repair(registry, image, policy)).toMatchObject([{ outcome: 'converted', platform: 'linux/amd64' }]);
    expect(registry.read('v1-dockerv2')).toMatchObject({ layers: dockerImage('amd64').layers });
  });

  test('takes its only child without a platform unread', async () => {
    const registry = new FakeRegistry();
    registry.push(index([pushChild(registry, ociImage('only'))]), OCI.index, 'v1');
    expect(names(await repair(registry, image, policy))).toEqual(['converted']);
    expect(registry.calls).toHaveLength(4);
  });

  test('is followed into an index below it, and no deeper', async () => {
    const registry = new FakeRegistry();
    const inner = (name: string) =>
      pushChild(registry, index([pushChild(registry, ociImage(name), platform('amd64'))]));
    registry.push(index([inner('amd')]), OCI.index, 'v1');
    expect(names(await repair(registry, image, policy))).toEqual(['converted']);
    registry.push(index([pushChild(registry, index([inner('deep')]))]), OCI.index, 'v1');
    expect(names(await repair(registry, image, policy))).toEqual(['refused nested-too-deep']);
  });

  test('that names the same image twice is taken as naming it once', async () => {
    const registry = new FakeRegistry();
    const child = pushChild(registry, ociImage('only'), platform('s390x'));
    registry.push(index([child, child]), OCI.index, 'v1');
    expect(names(await repair(registry, image, policy))).toEqual(['converted']);
  });

  test.each<[string, (registry: FakeRegistry) => object[], string]>([
    [
      'only attestations',
      (registry) => [pushChild(registry, ociImage('att'), { annotations: { 'vnd.docker.reference.type': 'builder' } })],
      'refused no-runnable-image',
    ],
    [
      'unknown platforms only',
      (registry) => [pushChild(registry, ociImage('u'), platform('unknown', undefined, 'unknown'))],
      'refused no-runnable-image',
    ],
    ['a missing child', () => [descriptor(OCI.manifest, 'missing', platform('amd64'))], 'refused child-missing'],
    [
      'a child of another type',
      (registry) => [{ ...pushChild(registry, dockerImage(), platform('amd64')), mediaType: OCI.manifest }],
      'refused child-type-mismatch',
    ],
    [
      'a child that is an artifact',
      (registry) => [pushChild(registry, ociImage('a', { artifactType: 'a/b' }), platform('amd64'))],
      'refused no-runnable-image',
    ],
    [
      'a child that cannot be read',
      (registry) => [pushChild(registry, ociImage('a', { schemaVersion: 3 }), platform('amd64'))],
      'refused schema-version',
    ],
    [
      'a config that names no platform',
      (registry) =>
        [1, 2].map((n) =>
          pushChild(registry, ociImage(`${n}`, { config: { mediaType: OCI.config, ...registry.pushBlob({ n }) } })),
        ),
      'refused bad-field',
    ],
    [
      'thousands of children without a platform',
      (registry) =>
        Array.from({ length: 3000 }, (_, n) =>
          pushChild(
            registry,
            ociImage(`${n}`, {
              config: { mediaType: OCI.config, ...registry.pushBlob({ os: 'linux', architecture: `a${n}` }) },
            }),
          ),
        ),
      'refused too-many-reads',
    ],
    [
      'a zstd image',
      (registry) => [pushChild(registry, ociImage('z', { layers: [descriptor(OCI.zstd, 'l')] }), platform('amd64'))],
      'refused zstd-layer',
    ],
    [
      'a Docker image with zstd layers',
      (registry) => [
        pushChild(
          registry,
          dockerImage('z', { layers: [descriptor('application/vnd.docker.image.rootfs.diff.tar.zstd', 'l')] }),
          platform('amd64'),
        ),
      ],
      'refused zstd-layer',
    ],
  ])('with %s: %s', async (_, children, outcome) => {
    const registry = new FakeRegistry();
    registry.push(index(children(registry)), OCI.index, 'v1');
    expect(names(await repair(registry, image, policy))).toEqual([outcome]);
    expect(registry.calls.filter((call) => call.startsWith('put'))).toEqual([]);
    expect(registry.calls.length).toBeLessThanOrEqual(42);
  });
});

describe('write, then confirm', () => {
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
    await expect(repair(registry, image, policy)).rejects.toThrow(TransientFailure);
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
    const deleting: Policy = { ...both, deleteOrphanedCompanions: true };

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
});

describe('what the registry will not take', () => {
  test('an immutable companion with another image is refused with the cure', async () => {
    const registry = new FakeRegistry();
    registry.push(ociImage(), OCI.manifest, 'v1');
    registry.push(dockerImage('other'), DOCKER.manifest, 'v1-dockerv2');
    registry.immutableTags.add('v1-dockerv2');
    expect(await repair(registry, image, policy)).toMatchObject([
      { outcome: 'refused', reason: 'tag-immutable', detail: expect.stringContaining('*-dockerv2') },
    ]);
    expect(registry.calls).toHaveLength(3);
  });

  test('an immutable companion that another repair made meanwhile is no refusal', async () => {
    const twin = new FakeRegistry();
    twin.push(ociImage(), OCI.manifest, 'v1');
    await repair(twin, image, policy);
    const registry = new FakeRegistry();
    registry.push(ociImage(), OCI.manifest, 'v1');
    registry.immutableTags.add('v1-dockerv2');
    registry.before = (call) => {
      if (call.startsWith('putManifest'))
        registry.push(twin.read('v1-dockerv2') as object, DOCKER.manifest, 'v1-dockerv2');
    };
    expect(names(await repair(registry, image, policy))).toEqual(['unchanged']);
    expect(registry.tags.get('v1-dockerv2')).toBe(twin.tags.get('v1-dockerv2'));
  });

  test('an immutable companion that is deleted meanwhile is made after all', async () => {
    const registry = new FakeRegistry();
    registry.push(ociImage(), OCI.manifest, 'v1');
    registry.push(dockerImage('other'), DOCKER.manifest, 'v1-dockerv2');
    registry.immutableTags.add('v1-dockerv2');
    registry.before = (call) => {
      if (call.startsWith('readTags') && registry.calls.length > 1) {
        registry.before = () => {};
        registry.tags.delete('v1-dockerv2');
      }
    };
    expect(names(await repair(registry, image, policy))).toEqual(['converted']);
    expect(registry.read('v1-dockerv2')).toEqual(dockerImage());
  });

  test('a put that is refused for good is a refusal, asked once', async () => {
    const registry = new FakeRegistry();
    registry.push(ociImage(), OCI.manifest, 'v1');
    registry.putAnswer = { kind: 'refused', reason: 'layers-missing', detail: 'no layers' };
    expect(names(await repair(registry, image, policy))).toEqual(['refused layers-missing']);
    expect(registry.calls.filter((call) => call.startsWith('put'))).toHaveLength(1);
  });

  test('translated bytes are read again by digest', async () => {
    const registry = new FakeRegistry();
    const source = registry.push(ociImage(), OCI.manifest, 'v1');
    const translated = registry.push(dockerImage('translated'), DOCKER.manifest);
    const readTags = registry.readTags.bind(registry);
    registry.readTags = async (...request) => {
      const found = new Map(await readTags(...request));
      return found.set('v1', { ...translated, digest: source.digest });
    };
    expect(names(await repair(registry, image, policy))).toEqual(['converted']);
    expect(registry.read('v1-dockerv2')).toEqual(dockerImage());
  });

  test('bytes that never hash to their digest are refused', async () => {
    const registry = new FakeRegistry();
    const { digest, bytes } = registry.push(ociImage(), OCI.manifest, 'v1');
    registry.manifests.set(digest, { digest, mediaType: OCI.manifest, bytes: new Uint8Array([...bytes, 0x20]) });
    expect(names(await repair(registry, image, policy))).toEqual(['refused digest-mismatch']);
  });

  test('an error of the registry is nobody’s outcome', async () => {
    const registry = new FakeRegistry();
    registry.before = () => {
      throw new Error(digestOfText('down'));
    };
    await expect(repair(registry, image, policy)).rejects.toThrow(digestOfText('down'));
  });
});
