import type { Child } from '../../../../lambda/core/manifest/descriptor';
import { announcedChild, childOf, isRunnable, runnableChildren } from '../../../../lambda/core/manifest/index-children';
import { platformOf } from '../../../../lambda/core/manifest/platform';
import { DOCKER, digestOfText, OCI } from '../../../support/manifests';
import { AMD64, ARM64 } from '../../../support/policy';

const child = (name: string, more: Partial<Child> = {}): Child => ({
  mediaType: OCI.manifest,
  digest: digestOfText(name),
  size: 1,
  urls: [],
  extraFields: [],
  annotations: new Map(),
  artifactType: undefined,
  platform: AMD64,
  ...more,
});

describe('runnable is', () => {
  test.each([OCI.manifest, DOCKER.manifest, OCI.index, DOCKER.list])('a child of type %s', (mediaType) => {
    expect(isRunnable(child('a', { mediaType }))).toBe(true);
  });

  test('a child without a platform', () => {
    expect(isRunnable(child('a', { platform: undefined }))).toBe(true);
  });

  test.each<[string, Partial<Child>]>([
    ['a layer', { mediaType: OCI.gzip }],
    ['an attestation by annotation', { annotations: new Map([['vnd.docker.reference.type', 'attestation-manifest']]) }],
    ['an artifact', { artifactType: 'application/spdx+json' }],
    ['of unknown os', { platform: platformOf('unknown', 'amd64') }],
    ['of unknown architecture', { platform: platformOf('linux', 'unknown') }],
  ])('not %s', (_, more) => {
    expect(isRunnable(child('a', more))).toBe(false);
  });
});

test('a child that an index names twice counts once', () => {
  const children = [child('a'), child('x', { mediaType: OCI.gzip }), child('b'), child('a')];
  expect(runnableChildren(children).map(({ digest }) => digest)).toEqual([digestOfText('a'), digestOfText('b')]);
});

describe('the child of a platform', () => {
  const zstd = (value: string) => ({ annotations: new Map([['io.github.containers.compression.zstd', value]]) });

  test('is the first that has it', () => {
    const arm = child('arm', { platform: ARM64 });
    expect(childOf([child('none', { platform: undefined }), child('amd'), arm, child('arm2', arm)], ARM64)).toBe(arm);
    expect(childOf([child('amd')], ARM64)).toBeUndefined();
  });

  test('is one with zstd layers only if there is no other', () => {
    const fast = child('zstd', zstd('true'));
    const plain = child('gzip');
    expect(childOf([fast, plain], AMD64)).toBe(plain);
    expect(childOf([fast], AMD64)).toBe(fast);
    const notZstd = child('no', zstd('false'));
    expect(childOf([notZstd, plain], AMD64)).toBe(notZstd);
  });
});

describe('the image that an index announces', () => {
  test('is that of the platform, or the only one, whatever its platform', () => {
    const arm = child('arm', { platform: ARM64 });
    const amd = child('amd');
    expect(announcedChild([arm, amd], AMD64)).toBe(amd);
    expect(announcedChild([arm], AMD64)).toBe(arm);
    expect(announcedChild([arm, child('s390x', { platform: platformOf('linux', 's390x') })], AMD64)).toBeUndefined();
    expect(announcedChild([], AMD64)).toBeUndefined();
  });

  test('is never an index, nor an attestation', () => {
    const nested = child('index', { mediaType: OCI.index });
    const attestation = child('attestation', { artifactType: 'a/b' });
    const arm = child('arm', { platform: ARM64 });
    expect(announcedChild([nested, attestation, arm], AMD64)).toBe(arm);
  });
});
