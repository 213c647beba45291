import { MAX_REMEMBERED_BYTES, manifestOf, readManifest } from '../../../../lambda/core/manifest/manifest';
import { bytesOf, DOCKER, descriptor, dockerImage, index, OCI, ociImage, platform } from '../../../support/manifests';

const child = (name: string, more: object = platform('amd64')) => descriptor(OCI.manifest, name, more);
const text = (manifest: object) => JSON.stringify(manifest);

describe('what a manifest is', () => {
  test.each<[string, object, string]>([
    ['an OCI image', ociImage(), 'image'],
    ['a Docker image', dockerImage(), 'image'],
    ['an OCI image without a mediaType', ociImage('app', { mediaType: undefined }), 'image'],
    ['a kaniko image, with an empty mediaType', ociImage('app', { mediaType: '' }), 'image'],
    ['an image whose artifactType is its config type', ociImage('app', { artifactType: OCI.config }), 'image'],
    [
      'an image with one layer of an unknown type',
      ociImage('app', { layers: [descriptor(OCI.gzip, 'a'), descriptor('text/x', 'b')] }),
      'image',
    ],
    ['an OCI index', index([child('a')]), 'index'],
    [
      'a Docker list',
      index([descriptor(DOCKER.manifest, 'a', platform('amd64'))], { mediaType: DOCKER.list }),
      'index',
    ],
    ['an index without a mediaType', index([child('a')], { mediaType: undefined }), 'index'],
    ['an index of attestations and artifacts', index([child('a', { artifactType: 'a/b' }), child('b')]), 'index'],
    [
      'a Helm chart',
      ociImage('chart', {
        config: descriptor('application/vnd.cncf.helm.config.v1+json', 'c'),
        layers: [descriptor('application/tar+gzip', 'l')],
      }),
      'artifact',
    ],
    ['a WASM module', ociImage('wasm', { config: descriptor('application/vnd.wasm.config.v0+json', 'c') }), 'artifact'],
    [
      'model weights',
      ociImage('model', { config: descriptor('application/vnd.docker.ai.model.config.v0.1+json', 'c') }),
      'artifact',
    ],
    [
      'an artifact with an empty config',
      ociImage('sbom', { config: descriptor(OCI.empty, '{}'), layers: [descriptor('application/spdx+json', 'l')] }),
      'artifact',
    ],
    [
      'an artifact without layers',
      ociImage('a', { artifactType: 'application/vnd.example', config: descriptor(OCI.empty, '{}'), layers: [] }),
      'artifact',
    ],
    ['an artifact with an image config', ociImage('a', { artifactType: 'application/vnd.example' }), 'artifact'],
    [
      'a cosign signature',
      ociImage('sig', { layers: [descriptor('application/vnd.dev.cosign.simplesigning.v1+json', 'l')] }),
      'artifact',
    ],
    [
      'a BuildKit attestation',
      ociImage('att', { layers: [descriptor('application/vnd.in-toto+json', 'l')] }),
      'artifact',
    ],
    ['an index of artifacts', index([child('a', { artifactType: 'a/b' })]), 'artifact'],
    ['an index with an artifactType', index([child('a')], { artifactType: 'application/vnd.example' }), 'artifact'],
    ['an index of blobs', index([descriptor('application/octet-stream', 'a')]), 'artifact'],
    [
      'an OCI artifact manifest of 1.1-rc',
      { mediaType: 'application/vnd.oci.artifact.manifest.v1+json', artifactType: 'a/b', blobs: [] },
      'artifact',
    ],
    [
      'a BuildKit cache as an OCI index',
      index([descriptor(OCI.gzip, 'a'), descriptor('application/vnd.buildkit.cacheconfig.v0', 'b')]),
      'build-cache',
    ],
    [
      'a BuildKit cache as a Docker list',
      index([descriptor(DOCKER.gzip, 'a'), descriptor('application/vnd.buildkit.cacheconfig.v0', 'b')], {
        mediaType: DOCKER.list,
      }),
      'build-cache',
    ],
    [
      'a BuildKit cache as an image manifest',
      ociImage('cache', { config: descriptor('application/vnd.buildkit.cacheconfig.v0', 'c') }),
      'build-cache',
    ],
    ['a legacy Docker image', dockerImage('old', { config: descriptor('application/octet-stream', 'c') }), 'image'],
  ])('%s', (_, manifest, kind) => {
    expect(readManifest(bytesOf(manifest))).toMatchObject({ kind });
  });

  const ARTIFACT_MANIFEST = 'application/vnd.oci.artifact.manifest.v1+json';
  test.each<[of: string, manifest: object, artifactType: string]>([
    ['its artifactType', ociImage('a', { artifactType: 'a/b', config: descriptor(OCI.empty, '{}') }), 'a/b'],
    ['its config', ociImage('a', { artifactType: '', config: descriptor('c/d', 'c') }), 'c/d'],
    ['its first layer', ociImage('a', { layers: [descriptor('e/f', 'l'), descriptor('g/h', 'l')] }), 'e/f'],
    ['an index with an artifactType', index([child('a')], { artifactType: 'a/b' }), 'a/b'],
    ['its first child', index([descriptor('i/j', 'a'), descriptor('k/l', 'b')]), 'i/j'],
    ['its first artifact', index([child('a', { artifactType: 'm/n' }), child('b', { artifactType: 'o/p' })]), 'm/n'],
    ['an artifact manifest', { mediaType: ARTIFACT_MANIFEST, artifactType: 'a/b' }, 'a/b'],
    ['an artifact manifest without one', { mediaType: ARTIFACT_MANIFEST }, ARTIFACT_MANIFEST],
  ])('an artifact is of the type of %s', (_, manifest, artifactType) => {
    expect(readManifest(bytesOf(manifest))).toEqual({ kind: 'artifact', artifactType });
  });

  test('an image has a config, layers, and fields that Docker V2 Schema 2 has no place for', () => {
    const [config, ...layers] = [ociImage().config, ...ociImage().layers].map((one) => ({
      ...one,
      urls: [],
      extraFields: [],
    }));
    expect(readManifest(bytesOf(ociImage('app', { annotations: { a: 'b' }, x: 1 })))).toEqual({
      kind: 'image',
      mediaType: OCI.manifest,
      config,
      layers,
      extraFields: ['$.annotations.a', '$.x'],
    });
  });

  test('an index has children, of which one that is not an image makes no artifact of it', () => {
    const blob = descriptor('application/octet-stream', 'blob');
    const read = readManifest(bytesOf(index([blob, child('a'), descriptor(OCI.index, 'b')])));
    expect(read).toMatchObject({
      kind: 'index',
      mediaType: OCI.index,
      children: [blob, { digest: child('a').digest }, { mediaType: OCI.index }],
    });
  });

  test('the registry can say the type that the manifest does not', () => {
    const silent = ociImage('app', { mediaType: undefined });
    expect(readManifest(bytesOf(silent), OCI.manifest)).toMatchObject({ kind: 'image', mediaType: OCI.manifest });
    expect(readManifest(bytesOf(silent), '')).toMatchObject({ kind: 'image', mediaType: OCI.manifest });
  });
});

test('__proto__ is a key like any other', () => {
  const manifest = text(ociImage()).replace('{', '{"__proto__":{"layers":[]},');
  expect(readManifest(bytesOf(manifest))).toMatchObject({ layers: [{}, {}], extraFields: ['$.__proto__'] });
});

test('a stored manifest is read once, however often it is asked about', () => {
  const stored = { bytes: bytesOf(ociImage()), mediaType: OCI.manifest, digest: '' };
  expect(manifestOf(stored)).toMatchObject({ kind: 'image' });
  expect(manifestOf(stored)).toBe(manifestOf(stored));
  expect(manifestOf({ ...stored, mediaType: OCI.index })).toMatchObject({ reason: 'media-type-mismatch' });
});

test.each([
  [MAX_REMEMBERED_BYTES, true],
  [MAX_REMEMBERED_BYTES + 1, false],
])('what a stored manifest of %d bytes says is remembered: %p', (size, isRemembered) => {
  const withNote = (a: string) => bytesOf(ociImage('app', { annotations: { a } }));
  const bytes = withNote('x'.repeat(size - withNote('').length));
  const stored = { digest: 'sha256:aa', mediaType: OCI.manifest, bytes };
  const [first, second] = [manifestOf(stored), manifestOf(stored)];
  expect(second).toEqual(first);
  expect(second === first).toBe(isRemembered);
});
