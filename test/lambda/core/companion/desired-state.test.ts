import { type DesiredCompanion, desiredCompanions } from '../../../../lambda/core/companion/desired-state';
import type { Policy } from '../../../../lambda/core/companion/policy';
import { digestOf } from '../../../../lambda/core/manifest/digest';
import { platformOf } from '../../../../lambda/core/manifest/platform';
import { FakeRegistry } from '../../../support/fake-registry';
import { bytesOf, DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../../../support/manifests';
import { AMD64, ARM64, DEFAULT_POLICY } from '../../../support/policy';

const CACHE = 'application/vnd.buildkit.cacheconfig.v0';

let registry: FakeRegistry;
beforeEach(() => {
  registry = new FakeRegistry();
});

const desiredFor = (manifest: { mediaType: string }, policy: Partial<Policy> = {}) =>
  desiredCompanions(registry, 'team/app', registry.push(manifest, manifest.mediaType), {
    ...DEFAULT_POLICY,
    ...policy,
  });

const stored = (manifest: { mediaType: string }) => {
  const bytes = bytesOf(manifest);
  return { bytes, digest: digestOf(bytes), mediaType: manifest.mediaType };
};

/** The same image as Docker V2 Schema 2, with its keys in the order in which a conversion writes them. */
const converted = (name: string) => {
  const ordered = ({ mediaType, size, digest }: ReturnType<typeof descriptor>) => ({ mediaType, size, digest });
  const { config, layers } = dockerImage(name);
  return stored(dockerImage(name, { config: ordered(config), layers: layers.map(ordered) }));
};

const push = (manifest: { mediaType: string }, more: object = {}) => {
  const { digest, bytes } = registry.push(manifest, manifest.mediaType);
  return { mediaType: manifest.mediaType, digest, size: bytes.length, ...more };
};

const zstd = ociImage('zstd', { layers: [descriptor(OCI.zstd, 'l')] });
const refused = (reason: string, detail: string) => ({ kind: 'refused', refusal: { reason, detail } });
const ZSTD = refused('zstd-layer', `$.layers[0] is "${OCI.zstd}"`);

test.each<[source: { mediaType: string }, desired: object]>([
  [
    ociImage('app', { annotations: { a: 'b' } }),
    { kind: 'manifest', by: 'converted', manifest: converted('app'), droppedFields: ['$.annotations.a'] },
  ],
  [
    dockerImage(),
    {
      kind: 'if-present',
      by: 'aliased',
      manifest: stored(dockerImage()),
      droppedFields: [],
      skip: 'already-docker',
      detail: 'the image is Docker V2 Schema 2 already',
    },
  ],
  [
    { ...ociImage(), mediaType: DOCKER.manifest },
    { kind: 'manifest', by: 'converted', manifest: converted('app'), droppedFields: [] },
  ],
  [
    ociImage('chart', { artifactType: 'a/b' }),
    { kind: 'none', skip: 'artifact', detail: 'the manifest is an artifact of type "a/b"' },
  ],
  [
    ociImage('cache', { config: descriptor(CACHE, 'c') }),
    { kind: 'none', skip: 'build-cache', detail: 'the manifest is a BuildKit cache' },
  ],
  [zstd, ZSTD],
  [ociImage('app', { schemaVersion: 1 }), refused('schema-version', 'schemaVersion is 1, not 2')],
])('what the companion of a manifest should name (%#)', async (source, desired) => {
  expect(await desiredFor(source)).toEqual([desired]);
  const further = { kind: 'none', detail: 'the tag no longer names an index' };
  expect(await desiredFor(source, { platforms: [AMD64, ARM64, ARM64] })).toEqual([desired, further, further]);
});

test('a Docker image gets a companion if every tag is to have one', async () => {
  expect(await desiredFor(dockerImage(), { companionFor: 'every-tag' })).toEqual([
    { kind: 'manifest', by: 'aliased', manifest: stored(dockerImage()), droppedFields: [] },
  ]);
});

test('an uncompressed layer is relabeled only if the policy says so', async () => {
  const source = ociImage('app', { layers: [descriptor(OCI.tar, 'l')] });
  expect(await desiredFor(source)).toMatchObject([{ refusal: { reason: 'uncompressed-layer' } }]);
  expect(await desiredFor(source, { uncompressedLayers: 'relabel' })).toMatchObject([{ by: 'converted' }]);
});

describe('of an index', () => {
  test.each<[what: string, children: () => object[], desired: object]>([
    [
      'an OCI image is converted',
      () => [push(ociImage('arm64'), platform('arm64')), push(ociImage('amd64'), platform('amd64'))],
      { kind: 'manifest', by: 'converted', manifest: converted('amd64'), platform: 'linux/amd64', droppedFields: [] },
    ],
    [
      'a Docker image keeps its manifest',
      () => [push(dockerImage('amd64', { x: 1 }), platform('amd64'))],
      {
        kind: 'manifest',
        by: 'aliased',
        manifest: stored(dockerImage('amd64', { x: 1 })),
        platform: 'linux/amd64',
        droppedFields: [],
      },
    ],
    [
      'the only image can be of unknown platform',
      () => [push(ociImage('only'))],
      { kind: 'manifest', by: 'converted', manifest: converted('only'), platform: 'unknown', droppedFields: [] },
    ],
    ['an image that can not be converted is refused', () => [push(zstd, platform('amd64'))], ZSTD],
    [
      'an image that is missing is refused',
      () => [descriptor(OCI.manifest, 'gone', platform('amd64'))],
      refused('child-missing', `the index names ${descriptor('', 'gone').digest}, which the repository does not have`),
    ],
    [
      'images of other platforms are named',
      () => ['arm64', 's390x'].map((name) => push(ociImage(name), platform(name))),
      refused('platform-not-found', 'the index has no image for linux/amd64, only for linux/arm64, linux/s390x'),
    ],
  ])('%s', async (_, children, desired) => {
    expect(await desiredFor(index(children()))).toEqual([desired]);
  });

  test('each platform has its own; one that is absent is skipped, unless it is the first', async () => {
    const source = index(['arm64', 'amd64'].map((name) => push(ociImage(name), platform(name))));
    const absent: DesiredCompanion = {
      kind: 'none',
      skip: 'platform-absent',
      detail: 'the index has no image for linux/s390x, only for linux/arm64, linux/amd64',
    };
    const s390x = platformOf('linux', 's390x');
    expect(await desiredFor(source, { platforms: [AMD64, s390x, ARM64] })).toMatchObject([
      { platform: 'linux/amd64', manifest: converted('amd64') },
      absent,
      { platform: 'linux/arm64', manifest: converted('arm64') },
    ]);
    expect(await desiredFor(source, { platforms: [s390x, ARM64] })).toMatchObject([
      refused('platform-not-found', absent.detail),
      { platform: 'linux/arm64' },
    ]);
  });

  test('a single image is not taken for a further platform', async () => {
    const source = index([push(ociImage('arm64'), platform('arm64'))]);
    expect(await desiredFor(source, { platforms: [AMD64, platformOf('linux', 's390x')] })).toMatchObject([
      { platform: 'linux/arm64' },
      { skip: 'platform-absent', detail: 'the index has no image for linux/s390x, only for linux/arm64' },
    ]);
  });
});
