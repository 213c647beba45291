import { dockerImageOf, type WantedImage } from '../../../../lambda/core/companion/docker-image';
import type { Policy } from '../../../../lambda/core/companion/policy';
import { RegistryRefusal } from '../../../../lambda/core/errors';
import type { PutResult } from '../../../../lambda/core/registry';
import { FakeRegistry } from '../../../support/fake-registry';
import { DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../../../support/manifests';
import { ARM64, DEFAULT_POLICY } from '../../../support/policy';

const policy: Policy = { ...DEFAULT_POLICY, companionTag: { suffix: '-dockerv2-image' } };
const tagged: WantedImage = { repository: 'team/app', reference: 'v1', companionTag: 'v1-dockerv2-image' };

/** Whatever the bytes are that skopeo would write, its tag has their digest. */
const contentTag = (digest: string) => `${digest.replace(':', '-')}-dockerv2-image`;
const dockerDigest = (registry: FakeRegistry) =>
  [...registry.manifests.values()].find(({ mediaType }) => mediaType === DOCKER.manifest)?.digest ?? '';

let registry: FakeRegistry;
beforeEach(() => {
  registry = new FakeRegistry();
});
const wanted = (more: Partial<WantedImage> = {}) => dockerImageOf(registry, { ...tagged, ...more }, policy);

function pushChild(architecture: string, manifest: { readonly mediaType: string } = ociImage(architecture)) {
  const { digest, bytes, mediaType } = registry.push(manifest, manifest.mediaType);
  return { mediaType, digest, size: bytes.length, ...platform(architecture) };
}

describe('an OCI image', () => {
  test('is put under its companion tag in two calls, and found there in one', async () => {
    const source = registry.push(ociImage('app', { annotations: { a: 'b' } }), OCI.manifest, 'v1');
    const found = await wanted();
    expect(registry.calls).toEqual(['readTags v1 v1-dockerv2-image', 'putManifest v1-dockerv2-image']);
    expect(registry.read('v1-dockerv2-image')).toEqual(dockerImage());
    expect(found).toEqual({
      kind: 'image',
      digest: registry.tags.get('v1-dockerv2-image'),
      mediaType: DOCKER.manifest,
      source: { digest: source.digest, mediaType: OCI.manifest },
      tag: 'v1-dockerv2-image',
      wasPut: true,
      droppedFields: ['$.annotations.a'],
    });
    registry.calls.length = 0;
    expect(await wanted()).toEqual({ ...found, wasPut: false });
    expect(registry.calls).toEqual(['readTags v1 v1-dockerv2-image']);
  });

  test('without a companion tag gets one that is made of its digest', async () => {
    registry.push(ociImage(), OCI.manifest, 'v1');
    const found = await wanted({ companionTag: undefined });
    expect(found).toMatchObject({ tag: contentTag(dockerDigest(registry)), wasPut: true });
    expect(registry.calls[0]).toBe('readTags v1');
  });

  test('can be named by its digest', async () => {
    const { digest } = registry.push(ociImage(), OCI.manifest);
    const found = await wanted({ reference: digest, companionTag: undefined });
    expect(found).toMatchObject({ kind: 'image', digest: dockerDigest(registry), source: { digest } });
    expect(registry.calls).toEqual(['readManifest', `putManifest ${contentTag(dockerDigest(registry))}`]);
  });

  test.each([true, false])(
    'leaves a companion tag that names another image where it is (immutable: %s)',
    async (isImmutable) => {
      registry.push(ociImage(), OCI.manifest, 'v1');
      const earlier = registry.push(dockerImage('earlier'), DOCKER.manifest, 'v1-dockerv2-image');
      if (isImmutable) registry.immutableTags.add('v1-dockerv2-image');
      const found = await wanted();
      if (found.kind === 'refused') throw new Error(found.detail);
      expect(found.tag).toBe(contentTag(found.digest));
      expect(registry.tags.get('v1-dockerv2-image')).toBe(earlier.digest);
    },
  );

  test('takes the other tag if the companion tag appears meanwhile', async () => {
    registry.push(ociImage(), OCI.manifest, 'v1');
    registry.before = (call) => {
      if (call !== 'putManifest v1-dockerv2-image') return;
      registry.push(dockerImage('other'), DOCKER.manifest, 'v1-dockerv2-image');
      registry.immutableTags.add('v1-dockerv2-image');
    };
    expect(await wanted()).toMatchObject({ kind: 'image', tag: expect.stringMatching(/^sha256-.*-dockerv2-image$/) });
  });

  test('is found under an immutable tag that names it already', async () => {
    const { digest } = registry.push(ociImage(), OCI.manifest);
    await wanted({ reference: digest, companionTag: undefined });
    registry.immutableTags.add(contentTag(dockerDigest(registry)));
    expect(await wanted({ reference: digest, companionTag: undefined })).toMatchObject({
      kind: 'image',
      wasPut: false,
    });
  });
});

test('an image that is Docker V2 Schema 2 is taken as it is, in one call', async () => {
  const { digest } = registry.push(dockerImage(), DOCKER.manifest, 'v1');
  expect(await wanted()).toEqual({
    kind: 'image',
    digest,
    mediaType: DOCKER.manifest,
    source: { digest, mediaType: DOCKER.manifest },
    wasPut: false,
    droppedFields: [],
  });
  expect(registry.calls).toHaveLength(1);
});

describe('of an index', () => {
  test('the first platform is taken, or the one that is asked for', async () => {
    registry.push(index([pushChild('arm64'), pushChild('amd64')]), OCI.index, 'v1');
    expect(await wanted()).toMatchObject({ kind: 'image', platform: 'linux/amd64' });
    expect(registry.read('v1-dockerv2-image')).toEqual(dockerImage('amd64'));
    const arm = await wanted({ platform: ARM64, companionTag: undefined });
    expect(arm).toMatchObject({ kind: 'image', platform: 'linux/arm64' });
  });

  test('the only image is taken, unless another platform is asked for', async () => {
    registry.push(index([pushChild('s390x')]), OCI.index, 'v1');
    expect(await wanted({ platform: ARM64 })).toEqual({
      kind: 'refused',
      reason: 'platform-not-found',
      detail: 'the index has no image for linux/arm64, only for linux/s390x',
    });
    expect(registry.calls.some((call) => call.startsWith('put'))).toBe(false);
    expect(await wanted()).toMatchObject({ kind: 'image', platform: 'linux/s390x' });
  });

  test('the only image is taken if the index does not say what it is', async () => {
    const { platform, ...child } = pushChild('amd64');
    registry.push(index([child]), OCI.index, 'v1');
    expect(await wanted({ platform: ARM64 })).toMatchObject({ kind: 'image', platform: 'unknown' });
  });

  test('a Docker child gets a tag, because nothing else keeps it when the index goes', async () => {
    const child = pushChild('amd64', dockerImage());
    registry.push(index([child], { mediaType: DOCKER.list }), DOCKER.list, 'v1');
    expect(await wanted()).toMatchObject({ digest: child.digest, tag: 'v1-dockerv2-image', wasPut: true });
  });
});

describe('there is no image', () => {
  test.each<[string, object, string, string, string]>([
    [
      'zstd layers',
      ociImage('app', { layers: [descriptor(OCI.zstd, 'z')] }),
      OCI.manifest,
      'zstd-layer',
      '$.layers[0]',
    ],
    [
      'an artifact',
      ociImage('app', { config: descriptor('application/vnd.x', 'c') }),
      OCI.manifest,
      'artifact',
      'vnd.x',
    ],
    [
      'a build cache',
      ociImage('app', { config: descriptor('application/vnd.buildkit.cacheconfig.v0', 'c') }),
      OCI.manifest,
      'build-cache',
      'cache',
    ],
    ['an index of nothing', index([]), OCI.index, 'empty-index', 'no manifests'],
  ])('of %s', async (_, manifest, mediaType, reason, detail) => {
    registry.push(manifest, mediaType, 'v1');
    expect(await wanted()).toEqual({ kind: 'refused', reason, detail: expect.stringContaining(detail) });
    expect(registry.calls.some((call) => call.startsWith('put'))).toBe(false);
  });

  test.each(['v1', `sha256:${'0'.repeat(64)}`])('of a tag or digest that does not exist: %s', async (reference) => {
    const detail = `team/app has no image ${reference}`;
    expect(await wanted({ reference })).toEqual({ kind: 'refused', reason: 'source-gone', detail });
  });

  test('of a repository that does not exist', async () => {
    const detail = 'repository team/other does not exist';
    expect(await wanted({ repository: 'team/other' })).toEqual({ kind: 'refused', reason: 'repository-gone', detail });
  });

  test.each<[PutResult, string, RegExp]>([
    [{ kind: 'opted-out' }, 'opted-out', /^the repository has the resource tag/],
    [{ kind: 'refused', reason: 'layers-missing', detail: 'gone' }, 'layers-missing', /^gone$/],
    [
      { kind: 'tag-immutable' },
      'tag-immutable',
      /^tag immutability of team\/app keeps v1-dockerv2-image and sha256-.* at other images$/,
    ],
  ])('that the registry takes: %j', async (answer, reason, detail) => {
    registry.push(ociImage(), OCI.manifest, 'v1');
    registry.putAnswer = answer;
    expect(await wanted()).toEqual({ kind: 'refused', reason, detail: expect.stringMatching(detail) });
  });

  test('whose bytes are those of its digest', async () => {
    const { digest } = registry.push(ociImage(), OCI.manifest);
    registry.manifests.set(digest, registry.push(ociImage('other'), OCI.manifest));
    expect(await wanted({ reference: digest })).toMatchObject({ kind: 'refused', reason: 'digest-mismatch' });
  });

  test('that the registry lets us read', async () => {
    registry.before = () => {
      throw new RegistryRefusal('kms-key', 'KmsError');
    };
    expect(await wanted()).toEqual({ kind: 'refused', reason: 'kms-key', detail: 'KmsError' });
  });
});

test('other errors are those of the caller, who can try again', async () => {
  registry.before = () => {
    throw new Error('throttled');
  };
  await expect(wanted()).rejects.toThrow('throttled');
});

test('a recompression without anyone who does it is an error, and no refusal', async () => {
  registry.push(ociImage('app', { layers: [descriptor(OCI.zstd, 'z')] }), OCI.manifest, 'v1');
  const recompressing = { ...policy, recompression: { maxLayerBytes: 1_000 } };
  await expect(dockerImageOf(registry, tagged, recompressing)).rejects.toThrow(
    'team/app v1 is recompressed, and nothing',
  );
});
