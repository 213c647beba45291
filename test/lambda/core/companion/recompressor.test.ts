import type { Policy } from '../../../../lambda/core/companion/policy';
import type { RecompressedImage, Recompressor } from '../../../../lambda/core/companion/recompressor';
import { repair } from '../../../../lambda/core/companion/repair';
import { digestOf } from '../../../../lambda/core/manifest/digest';
import type { ImageManifest } from '../../../../lambda/core/manifest/manifest';
import { Refusal } from '../../../../lambda/core/reasons';
import { FakeRegistry } from '../../../support/fake-registry';
import { bytesOf, DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../../../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../../support/policy';

const image = { repository: 'team/app', tag: 'v1' };
const policy: Policy = { ...DEFAULT_POLICY, recompression: { maxLayerBytes: 1_000 } };
const DONE = { layers: 1, bytes: 10, seconds: 2 };
const DOCKER_ZSTD = 'application/vnd.docker.image.rootfs.diff.tar.zstd';

const mixed = (name = 'app', mediaType: string = OCI.zstd, more: object = {}) =>
  ociImage(name, { layers: [descriptor(mediaType, `${name}-zstd`), descriptor(OCI.gzip, `${name}-layer-1`)], ...more });

/** What the image is after its first layer was recompressed; another build of zlib makes another layer of it. */
const recompressed = (name = 'app', build = 'ours') =>
  dockerImage(name, {
    layers: [descriptor(DOCKER.gzip, `${name}-${build}`), descriptor(DOCKER.gzip, `${name}-layer-1`)],
  });

const storedOf = (manifest: { mediaType: string }): RecompressedImage['manifest'] => {
  const bytes = bytesOf(manifest);
  return { digest: digestOf(bytes), mediaType: manifest.mediaType, bytes };
};

/** Recompresses images by name, at once. */
class FakeRecompressor implements Recompressor {
  readonly images: ImageManifest[] = [];
  before: () => void = () => {};
  constructor(
    readonly answers: readonly (RecompressedImage | Refusal)[] = [
      { manifest: storedOf(recompressed()), recompressed: DONE },
    ],
  ) {}
  async recompress(_repository: string, source: ImageManifest): Promise<RecompressedImage | Refusal> {
    this.before();
    this.images.push(source);
    const answer = this.answers[this.images.length - 1];
    if (!answer) throw new Error('recompressed once too often');
    return answer;
  }
}

function pushed(manifest: { mediaType: string } = mixed()): FakeRegistry {
  const registry = new FakeRegistry();
  registry.push(manifest, manifest.mediaType, 'v1');
  return registry;
}

describe('without a recompressor', () => {
  test.each([
    ['zstd', mixed()],
    ['uncompressed', mixed('app', OCI.tar)],
    ['Docker-typed zstd in an OCI manifest', mixed('app', DOCKER_ZSTD)],
    ['Docker-typed zstd in a Docker manifest', dockerImage('app', { layers: [descriptor(DOCKER_ZSTD, 'layer')] })],
  ])('%s layers are left to one that has it, and nothing is put', async (_, manifest) => {
    const registry = pushed(manifest);
    const [outcome] = await repair(registry, image, policy);
    expect(outcome).toMatchObject({
      image,
      outcome: 'recompressing',
      detail: expect.stringContaining('$.layers[0] is "application/vnd.'),
      companion: { tag: 'v1-dockerv2' },
    });
    expect(registry.calls).toEqual(['readTags v1 v1-dockerv2']);
  });

  test('a companion of the earlier image is out of date', async () => {
    const registry = pushed();
    const earlier = registry.push(dockerImage('earlier'), DOCKER.manifest, 'v1-dockerv2');
    const [outcome] = await repair(registry, image, policy);
    expect(outcome).toMatchObject({ outcome: 'recompressing', companion: { outOfDateDigest: earlier.digest } });
  });

  test('a companion with the same config and other gzip bytes is current, in one call', async () => {
    const registry = pushed();
    const { digest } = registry.push(recompressed('app', 'another build'), DOCKER.manifest, 'v1-dockerv2');
    const [outcome] = await repair(registry, image, policy);
    expect(outcome).toMatchObject({ outcome: 'unchanged', companion: { tag: 'v1-dockerv2', digest } });
    expect(registry.calls).toEqual(['readTags v1 v1-dockerv2']);
  });

  test('nothing is recompressed unless the deployer wants it', async () => {
    const outcomes = await repair(pushed(), image, DEFAULT_POLICY);
    expect(outcomes).toMatchObject([{ outcome: 'refused', reason: 'zstd-layer' }]);
    const docker = pushed(dockerImage('app', { layers: [descriptor(DOCKER_ZSTD, 'layer')] }));
    expect(await repair(docker, image, DEFAULT_POLICY)).toMatchObject([{ reason: 'already-docker' }]);
  });

  test('uncompressed layers that are relabeled need no recompression', async () => {
    const relabel: Policy = { ...policy, uncompressedLayers: 'relabel' };
    expect(await repair(pushed(mixed('app', OCI.tar)), image, relabel)).toMatchObject([{ outcome: 'converted' }]);
  });
});

describe('refused before anything is read', () => {
  test.each([
    ['encrypted-layer', [descriptor(OCI.zstd, 'a'), descriptor(`${OCI.gzip}+encrypted`, 'b')]],
    ['unknown-layer', [descriptor(OCI.zstd, 'a'), descriptor('application/vnd.example', 'b')]],
    ['zstd-layer', [descriptor('application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', 'a')]],
    ['layer-too-large', [descriptor(OCI.gzip, 'a', { size: 2_000 }), descriptor(OCI.zstd, 'b', { size: 1_001 })]],
  ])('%s', async (reason, layers) => {
    const outcomes = await repair(pushed(ociImage('app', { layers })), image, policy, new FakeRecompressor([]));
    expect(outcomes).toMatchObject([{ outcome: 'refused', reason }]);
  });

  test('a tag that leaves no room for its companion', async () => {
    const long = { ...image, tag: 'v'.repeat(128) };
    const registry = new FakeRegistry();
    registry.push(mixed(), OCI.manifest, long.tag);
    const outcomes = await repair(registry, long, policy, new FakeRecompressor([]));
    expect(outcomes).toMatchObject([{ outcome: 'refused', reason: 'tag-too-long' }]);
  });
});

describe('with a recompressor', () => {
  test('the companion names what it made, and the outcome says what that took', async () => {
    const registry = pushed(mixed('app', OCI.zstd, { annotations: { a: 'b' } }));
    const recompressor = new FakeRecompressor();
    const [outcome] = await repair(registry, image, policy, recompressor);
    expect(outcome).toMatchObject({ outcome: 'converted', recompressed: DONE, droppedFields: ['$.annotations.a'] });
    expect(registry.read('v1-dockerv2')).toEqual(recompressed());
    expect(registry.calls).toEqual(['readTags v1 v1-dockerv2', 'putManifest v1-dockerv2', 'readTags v1 v1-dockerv2']);
    expect(await repair(registry, image, policy, recompressor)).toMatchObject([{ outcome: 'unchanged' }]);
    expect(recompressor.images).toHaveLength(1);
  });

  test('what can never be recompressed is refused', async () => {
    const recompressor = new FakeRecompressor([new Refusal('digest-mismatch', 'the tar hashes otherwise')]);
    const outcomes = await repair(pushed(), image, policy, recompressor);
    expect(outcomes).toMatchObject([{ outcome: 'refused', reason: 'digest-mismatch' }]);
  });

  test('two that put at the same time do not overwrite each other again', async () => {
    const registry = pushed();
    const theirs = storedOf(recompressed('app', 'another build'));
    registry.before = (call) => {
      if (call.startsWith('putManifest') && !registry.calls.includes('theirs')) {
        registry.calls.push('theirs');
        // Theirs comes after ours: it is put when ours is read again.
        registry.before = (next) => {
          if (!next.startsWith('readTags')) return;
          registry.push(theirs.bytes, theirs.mediaType, 'v1-dockerv2');
          registry.before = () => {};
        };
      }
    };
    const outcomes = await repair(registry, image, policy, new FakeRecompressor());
    expect(outcomes).toMatchObject([{ outcome: 'converted', companion: { digest: theirs.digest } }]);
    expect(registry.tags.get('v1-dockerv2')).toBe(theirs.digest);
  });

  test('a source that moves meanwhile takes its companion along', async () => {
    const registry = pushed();
    const recompressor = new FakeRecompressor([
      { manifest: storedOf(recompressed()), recompressed: DONE },
      { manifest: storedOf(recompressed('new')), recompressed: DONE },
    ]);
    recompressor.before = () => {
      registry.push(mixed('new'), OCI.manifest, 'v1');
      recompressor.before = () => {};
    };
    expect(await repair(registry, image, policy, recompressor)).toMatchObject([{ outcome: 'converted' }]);
    expect(registry.read('v1-dockerv2')).toEqual(recompressed('new'));
  });

  test('a source that becomes Docker meanwhile is aliased', async () => {
    const registry = pushed();
    const recompressor = new FakeRecompressor();
    recompressor.before = () => void registry.push(dockerImage('new'), DOCKER.manifest, 'v1');
    expect(await repair(registry, image, policy, recompressor)).toMatchObject([{ outcome: 'aliased' }]);
    expect(registry.tags.get('v1-dockerv2')).toBe(registry.tags.get('v1'));
  });

  test('a source that disappears meanwhile leaves no companion, if orphans are deleted', async () => {
    const registry = pushed();
    const recompressor = new FakeRecompressor();
    recompressor.before = () => void registry.tags.delete('v1');
    const orphans: Policy = { ...policy, deleteOrphanedCompanions: true };
    expect(await repair(registry, image, orphans, recompressor)).toMatchObject([{ reason: 'source-gone' }]);
    expect([...registry.tags]).toEqual([]);
  });

  test('of an index, the platforms that need it', async () => {
    const registry = new FakeRegistry();
    const child = (manifest: { mediaType: string }, more: object) => {
      const { digest, bytes } = registry.push(manifest, manifest.mediaType);
      return { mediaType: manifest.mediaType, digest, size: bytes.length, ...more };
    };
    const children = [child(mixed(), platform('amd64')), child(ociImage('arm'), platform('arm64'))];
    registry.push(index(children), OCI.index, 'v1');
    const both: Policy = { ...policy, platforms: [AMD64, ARM64] };
    expect(await repair(registry, image, both)).toMatchObject([
      { outcome: 'recompressing', companion: { tag: 'v1-dockerv2' } },
      { outcome: 'converted', companion: { tag: 'v1-dockerv2-arm64' } },
    ]);
    expect(await repair(registry, image, both, new FakeRecompressor())).toMatchObject([
      { outcome: 'converted', platform: 'linux/amd64', recompressed: DONE },
      { outcome: 'unchanged', platform: 'linux/arm64' },
    ]);
  });
});
