import type { Outcome } from '../../../../lambda/core/companion/outcome';
import type { Policy } from '../../../../lambda/core/companion/policy';
import { repair } from '../../../../lambda/core/companion/repair';
import { RegistryRefusal } from '../../../../lambda/core/errors';
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

  test.each([
    ['access-denied', 'refused'],
    ['archived', 'skipped'],
  ] as const)('an answer that no retry changes is an outcome: %s is %s', async (reason, outcome) => {
    const registry = new FakeRegistry();
    registry.before = () => {
      throw new RegistryRefusal(reason, 'as ECR says');
    };
    expect(await repair(registry, image, policy)).toEqual([{ image, outcome, reason, detail: 'as ECR says' }]);
  });

  test('an error of the registry is nobody’s outcome', async () => {
    const registry = new FakeRegistry();
    registry.before = () => {
      throw new Error(digestOfText('down'));
    };
    await expect(repair(registry, image, policy)).rejects.toThrow(digestOfText('down'));
  });
});
