import { describePlatforms, PlatformSelector } from '../../../../lambda/core/companion/platform-selector';
import { MAX_REMEMBERED_BYTES, readManifest } from '../../../../lambda/core/manifest/manifest';
import { platformOf } from '../../../../lambda/core/manifest/platform';
import { Refusal, type RefusalReason } from '../../../../lambda/core/reasons';
import { FakeRegistry } from '../../../support/fake-registry';
import { bytesOf, DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../../../support/manifests';
import { AMD64, ARM64 } from '../../../support/policy';

const S390X = platformOf('linux', 's390x');
const ATTESTATION = { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } };

let registry: FakeRegistry;
beforeEach(() => {
  registry = new FakeRegistry();
});

/** A pushed manifest, as an index names it. */
function push(manifest: { mediaType: string }, more: object = {}) {
  const { digest, bytes } = registry.push(manifest, manifest.mediaType);
  return { mediaType: manifest.mediaType, digest, size: bytes.length, ...more };
}

/** An image whose config names the platform, which its descriptor does not. */
const pushSilent = (architecture: string) =>
  push(
    ociImage(architecture, { config: { mediaType: OCI.config, ...registry.pushBlob({ os: 'linux', architecture }) } }),
  );

function selectorOf(children: readonly object[]): PlatformSelector {
  const read = readManifest(bytesOf(index(children)));
  if (read instanceof Refusal || read.kind !== 'index') throw new Error(`not an index: ${JSON.stringify(read)}`);
  return new PlatformSelector(registry, 'team/app', read.children);
}

const select = (children: readonly object[], wanted = AMD64, orTheOnlyOne = true) =>
  selectorOf(children).imageFor(wanted, orTheOnlyOne);

const image = ({ digest }: { digest: string }, of = AMD64) => ({ stored: { digest }, platform: of });

describe('the image of a platform', () => {
  test('is read alone, if its descriptor names the platform', async () => {
    const amd64 = push(ociImage('amd64'), platform('amd64'));
    const children = [pushSilent('s390x'), push(ociImage('arm64'), platform('arm64')), amd64];
    expect(await select(children)).toEqual({
      stored: registry.manifests.get(amd64.digest),
      image: readManifest(bytesOf(ociImage('amd64'))),
      platform: AMD64,
    });
    expect(registry.calls).toEqual(['readManifest']);
  });

  test('is not one of a higher variant', async () => {
    const base = push(ociImage('base'), platform('amd64'));
    expect(await select([push(ociImage('v3'), platform('amd64', 'v3')), base])).toMatchObject(image(base));
  });

  test('is known from its config where its descriptor is silent; each manifest is read once', async () => {
    const [arm64, amd64] = [pushSilent('arm64'), pushSilent('amd64')];
    const selector = selectorOf([arm64, amd64]);
    expect(await selector.imageFor(AMD64, true)).toMatchObject(image(amd64));
    expect(await selector.imageFor(ARM64, false)).toMatchObject(image(arm64, ARM64));
    expect(await selector.imageFor(S390X, false)).toEqual({ absent: [ARM64, AMD64] });
    expect(registry.calls).toEqual(['readManifest', 'readBlob', 'readManifest', 'readBlob']);
  });

  test.each([
    [MAX_REMEMBERED_BYTES, 2],
    [MAX_REMEMBERED_BYTES + 1, 3],
  ])('is read again if it is chosen, only if it is too large to remember: %d bytes', async (bytes, reads) => {
    const padded = (architecture: string) => {
      const config = { mediaType: OCI.config, ...registry.pushBlob({ os: 'linux', architecture }) };
      const withNote = (a: string) => ociImage(architecture, { config, annotations: { a } });
      return push(withNote('x'.repeat(bytes - bytesOf(withNote('')).length)));
    };
    const [arm64, amd64] = [pushSilent('arm64'), padded('amd64')];
    expect(await select([arm64, amd64])).toMatchObject(image(amd64));
    expect(registry.calls.filter((call) => call === 'readManifest')).toHaveLength(reads);
  });

  test('is looked for in an index below, even if that names the platform itself', async () => {
    const inner = push(ociImage('amd64'), platform('amd64'));
    const below = push(index([push(ociImage('attestation'), ATTESTATION), inner]), platform('amd64'));
    expect(await select([push(ociImage('arm64'), platform('arm64')), below])).toMatchObject(image(inner));
    expect(registry.calls).toEqual(['readManifest', 'readManifest']);
  });

  test.each([
    ['an artifact', () => push(ociImage('a', { artifactType: 'a/b' }))],
    ['an artifact that is announced as an index', () => push(index([], { artifactType: 'a/b' }))],
    ['an image of unknown platform', () => pushSilent('unknown')],
  ])('is not %s, which is left out', async (_, other) => {
    const [arm64, s390x] = [pushSilent('arm64'), pushSilent('s390x')];
    expect(await select([other(), arm64, s390x])).toEqual({ absent: [ARM64, S390X] });
    expect(await select([other(), arm64])).toMatchObject(image(arm64, ARM64));
  });
});

describe('a single image', () => {
  test('is taken whatever its platform is, but not for a further platform', async () => {
    const arm64 = push(ociImage('arm64'), platform('arm64'));
    expect(await select([arm64, arm64])).toMatchObject(image(arm64, ARM64));
    expect(await select([arm64], AMD64, false)).toEqual({ absent: [ARM64] });
  });

  test('is taken without a look at its config', async () => {
    const only = push(ociImage('only'));
    expect(await select([only])).toMatchObject({ ...image(only), platform: undefined });
    expect(registry.calls).toEqual(['readManifest']);
    expect(await select([only], AMD64, false)).toEqual({ absent: [] });
  });

  test('of an index below names its platform, for others are beside that index', async () => {
    const [arm64, amd64] = [pushSilent('arm64'), pushSilent('amd64')];
    const children = [push(index([arm64])), push(index([amd64]))];
    expect(await select(children)).toMatchObject(image(amd64));
    expect(await select(children, ARM64)).toMatchObject(image(arm64, ARM64));
  });
});

describe('refuses', () => {
  const missing = descriptor(OCI.manifest, 'missing');
  const missingIndex = descriptor(OCI.index, 'missing');
  const corrupt = () => {
    const child = push(ociImage('corrupt'), platform('amd64'));
    registry.manifests.set(child.digest, { digest: child.digest, mediaType: OCI.manifest, bytes: bytesOf('{}') });
    return child;
  };
  const nameless = () => push(ociImage('x', { config: { mediaType: OCI.config, ...registry.pushBlob({ os: 'x' }) } }));

  test.each<[what: string, children: () => { digest: string }[], reason: RefusalReason, detail: string]>([
    [
      'attestations only',
      () => [push(ociImage('a'), ATTESTATION)],
      'no-runnable-image',
      'the index has only attestations and images of unknown platform',
    ],
    ['a missing child', () => [missing], 'child-missing', 'the index names DIGEST, which the repository does not have'],
    [
      'a missing child without a platform, beside another',
      () => [missing, push(ociImage('a'))],
      'child-missing',
      'the index names DIGEST, which the repository does not have',
    ],
    [
      'a missing index below',
      () => [missingIndex],
      'child-missing',
      'the index names DIGEST, which the repository does not have',
    ],
    [
      'a child of another type',
      () => [{ ...push(dockerImage()), mediaType: OCI.manifest }],
      'child-type-mismatch',
      `the index announces DIGEST as ${OCI.manifest}, it is ${DOCKER.manifest}`,
    ],
    [
      'an artifact that is announced for the platform',
      () => [push(ociImage('a', { artifactType: 'a/b' }), platform('amd64'))],
      'no-runnable-image',
      'the index announces DIGEST as an image, it is of kind artifact',
    ],
    [
      'a child that can not be read',
      () => [push(ociImage('a', { schemaVersion: 3 }))],
      'schema-version',
      'child DIGEST: schemaVersion is 3, not 2',
    ],
    [
      'bytes that are not those of the digest',
      () => [corrupt()],
      'digest-mismatch',
      `the bytes of DIGEST hash to ${descriptor('', '{}').digest}`,
    ],
    [
      'a config that names no platform',
      () => [nameless(), push(ociImage('b'))],
      'bad-field',
      'config of DIGEST: the image config names no os and architecture',
    ],
  ])('%s', async (_, children, reason, detail) => {
    const pushed = children();
    expect(await select(pushed)).toEqual({ reason, detail: detail.replace('DIGEST', pushed[0]?.digest ?? '') });
  });

  test('an index below the index below', async () => {
    const deep = push(index([push(ociImage('deep'), platform('amd64'))]));
    expect(await select([push(index([deep]))])).toEqual({
      reason: 'nested-too-deep',
      detail: `the index ${deep.digest} is nested deeper than 2 levels, or in itself`,
    });
  });

  test('more than 40 reads to know all platforms', async () => {
    const silent = Array.from({ length: 21 }, (_, at) => pushSilent(`a${at}`));
    expect(await select(silent.slice(1))).toMatchObject({ absent: { length: 20 } });
    expect(registry.calls).toHaveLength(40);
    const tooMany = {
      reason: 'too-many-reads',
      detail: "the platforms of the index's children are not told within 40 reads",
    };
    expect(await select(silent)).toEqual(tooMany);
    expect(registry.calls).toHaveLength(40 + 40);
    const named = push(ociImage('index'), platform('arm64'));
    expect(await select([push(index([named])), ...silent.slice(1)])).toEqual(tooMany);
    expect(registry.calls).toHaveLength(40 + 40 + 40);
  });
});

test('names at most ten platforms, each once', () => {
  const platforms = Array.from({ length: 12 }, (_, at) => platformOf('linux', `a${at}`));
  expect(describePlatforms([AMD64, ...platforms, AMD64])).toBe(
    'linux/amd64, linux/a0, linux/a1, linux/a2, linux/a3, linux/a4, linux/a5, linux/a6, linux/a7, linux/a8',
  );
  expect(describePlatforms([])).toBe('none');
});
