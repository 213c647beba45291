import { readManifest } from '../../../../lambda/core/manifest/manifest';
import { Refusal } from '../../../../lambda/core/reasons';
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

  test('the registry can say the type that the manifest does not', () => {
    const silent = ociImage('app', { mediaType: undefined });
    expect(readManifest(bytesOf(silent), OCI.manifest)).toMatchObject({ kind: 'image', mediaType: OCI.manifest });
    expect(readManifest(bytesOf(silent), '')).toMatchObject({ kind: 'image', mediaType: OCI.manifest });
  });
});

describe('what is refused, and where', () => {
  const withLayer = (layer: object) => ociImage('app', { layers: [descriptor(OCI.gzip, 'a'), layer] });
  const nested = (depth: number) => `{"schemaVersion":2,"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;

  test.each<[string, string | object | Uint8Array, string, string]>([
    ['more than 4 MiB', new Uint8Array(4 * 1024 * 1024 + 1).fill(0x20), 'too-large', '4194305 bytes'],
    ['invalid UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 'not-json', 'UTF-8'],
    ['a byte order mark', `\ufeff${text(ociImage())}`, 'not-json', 'character 0'],
    ['nothing', '', 'not-json', 'expected a value'],
    ['trailing bytes', `${text(ociImage())}x`, 'not-json', 'trailing bytes'],
    ['a second document', `${text(ociImage())}{}`, 'not-json', 'trailing bytes'],
    ['an array', '[]', 'not-json', 'not a JSON object'],
    ['a truncated document', '{"schemaVersion":2,', 'not-json', 'expected a key'],
    ['a missing comma', '{"a":1 "b":2}', 'not-json', "expected ',' or '}'"],
    ['a missing colon', '{"a" 1}', 'not-json', "expected ':'"],
    ['a trailing comma in an array', '{"a":[1,]}', 'not-json', 'at $.a[1]'],
    ['a string without end', '{"a":"b', 'not-json', 'without its end'],
    ['a control character', '{"a":"\n"}', 'not-json', 'control character'],
    ['an unknown escape', '{"a":"\\x"}', 'not-json', 'unknown escape'],
    ['an unknown word', '{"a":nil}', 'not-json', 'unknown word'],
    ['a number with a leading zero', '{"a":01}', 'not-json', 'not a number'],
    ['deep nesting', nested(40), 'too-deep', '32 levels'],
    ['a duplicate key', '{"schemaVersion":2,"schemaVersion":2}', 'duplicate-key', '$.schemaVersion'],
    ['a duplicate key by escape', '{"layers":[],"l\\u0061yers":[]}', 'duplicate-key', '$.layers'],
    ['a duplicate key below', `{"schemaVersion":2,"config":{"size":1,"size":2}}`, 'duplicate-key', '$.config.size'],
    ['a case variant', { ...ociImage(), LAYERS: [] }, 'case-variant-key', '"LAYERS"'],
    ['a case variant as Go folds it', { ...ociImage(), 'layer\u017f': [] }, 'case-variant-key', '"layers"'],
    [
      'a case variant in a descriptor',
      withLayer(descriptor(OCI.gzip, 'b', { Digest: 'x' })),
      'case-variant-key',
      '$.layers[1]',
    ],
    [
      'a case variant in a platform',
      index([child('a', { platform: { os: 'linux', architecture: 'amd64', OS: 'x' } })]),
      'case-variant-key',
      '$.manifests[0].platform',
    ],
    [
      'a size beyond 2^53',
      text(withLayer(descriptor(OCI.gzip, 'b', { size: 77 }))).replace(':77', ':9007199254740993'),
      'unsafe-size',
      '9007199254740993',
    ],
    [
      'a size in exponent form',
      text(withLayer(descriptor(OCI.gzip, 'b', { size: 77 }))).replace(':77', ':1e3'),
      'unsafe-size',
      '1e3',
    ],
    [
      'a size with a fraction',
      text(withLayer(descriptor(OCI.gzip, 'b', { size: 77 }))).replace(':77', ':1.0'),
      'unsafe-size',
      '1.0',
    ],
    ['a negative size', withLayer(descriptor(OCI.gzip, 'b', { size: -1 })), 'unsafe-size', '$.layers[1].size'],
    ['a size as text', withLayer(descriptor(OCI.gzip, 'b', { size: '1' })), 'bad-field', '$.layers[1].size'],
    ['no size', withLayer({ ...descriptor(OCI.gzip, 'b'), size: undefined }), 'bad-field', 'found nothing'],
    ['schemaVersion 1', ociImage('app', { schemaVersion: 1 }), 'schema-version', 'is 1, not 2'],
    ['schemaVersion as text', ociImage('app', { schemaVersion: '2' }), 'schema-version', '"2"'],
    ['no schemaVersion', ociImage('app', { schemaVersion: undefined }), 'schema-version', 'absent'],
    ['a manifest with manifests', ociImage('app', { manifests: [] }), 'ambiguous', 'manifests'],
    ['a manifest with manifests null', ociImage('app', { manifests: null }), 'ambiguous', 'manifests'],
    ['a manifest with fsLayers', ociImage('app', { fsLayers: [] }), 'ambiguous', 'fsLayers'],
    ['a manifest with history', ociImage('app', { history: [] }), 'ambiguous', 'history'],
    ['an index with layers', index([child('a')], { layers: [] }), 'ambiguous', 'layers'],
    ['an index with a config', index([child('a')], { config: {} }), 'ambiguous', 'config'],
    [
      'Docker schema 1',
      { schemaVersion: 1, name: 'app', tag: 'v1', fsLayers: [], history: [] },
      'schema-1',
      'fsLayers',
    ],
    [
      'Docker schema 1 by type',
      { schemaVersion: 1, mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' },
      'schema-1',
      'prettyjws',
    ],
    [
      'a type that is no manifest',
      { schemaVersion: 2, mediaType: 'application/json' },
      'unknown-media-type',
      'application/json',
    ],
    ['no type and no shape', { schemaVersion: 2 }, 'unknown-media-type', 'neither'],
    ['no config', ociImage('app', { config: undefined }), 'bad-field', '$.config'],
    ['a config that is no object', ociImage('app', { config: [] }), 'bad-field', 'found an array'],
    [
      'a legacy config in an OCI manifest',
      ociImage('app', { config: descriptor('text/html', 'c') }),
      'unknown-config',
      'text/html',
    ],
    ['no layers field', ociImage('app', { layers: undefined }), 'bad-field', '$.layers'],
    ['layers null', ociImage('app', { layers: null }), 'bad-field', 'found null'],
    [
      'a sha512 layer',
      withLayer(descriptor(OCI.gzip, 'b', { digest: `sha512:${'a'.repeat(128)}` })),
      'unsupported-digest',
      '$.layers[1].digest',
    ],
    [
      'an upper-case digest',
      withLayer(descriptor(OCI.gzip, 'b', { digest: `sha256:${'A'.repeat(64)}` })),
      'unsupported-digest',
      '$.layers[1].digest',
    ],
    [
      'a digest that is no text',
      withLayer(descriptor(OCI.gzip, 'b', { digest: 1 })),
      'bad-field',
      '$.layers[1].digest',
    ],
    ['a media type that is no text', ociImage('app', { mediaType: 2 }), 'bad-field', '$.mediaType'],
    [
      'URLs that are none',
      withLayer(descriptor(OCI.foreignGzip, 'b', { urls: ['a b'] })),
      'bad-field',
      '$.layers[1].urls[0]',
    ],
    [
      'an annotation that is no text',
      index([child('a', { annotations: { x: 1 } })]),
      'bad-field',
      '$.manifests[0].annotations.x',
    ],
    [
      'a platform that is no object',
      index([child('a', { platform: 'linux' })]),
      'bad-field',
      '$.manifests[0].platform',
    ],
    ['an empty index', index([]), 'empty-index', 'no manifests'],
  ])('%s', (_, manifest, reason, where) => {
    const read = readManifest(manifest instanceof Uint8Array ? manifest : bytesOf(manifest));
    expect(read).toBeInstanceOf(Refusal);
    expect(read).toEqual({ reason, detail: expect.stringContaining(where) });
  });

  test('a type that the registry says otherwise', () => {
    expect(readManifest(bytesOf(ociImage()), DOCKER.manifest)).toMatchObject({ reason: 'media-type-mismatch' });
    expect(
      readManifest(
        bytesOf(ociImage('app', { mediaType: undefined })),
        'application/vnd.docker.distribution.manifest.v1+json',
      ),
    ).toMatchObject({ reason: 'schema-1' });
  });

  test('__proto__ is a key like any other', () => {
    const manifest = text(ociImage()).replace('{', '{"__proto__":{"layers":[]},');
    expect(readManifest(bytesOf(manifest))).toMatchObject({
      kind: 'image',
      layers: [{}, {}],
      extraFields: ['$.__proto__'],
    });
  });

  test('a reason stays short whatever the manifest holds', () => {
    const long = 'x'.repeat(1_000_000);
    const read = readManifest(bytesOf(`{"${long}":1,"${long}":2}`));
    expect(read).toMatchObject({ reason: 'duplicate-key' });
    expect((read as Refusal).detail.length).toBeLessThan(400);
  });

  test('4 MiB of small objects are refused before they fill the memory', () => {
    const json = JSON.stringify(ociImage());
    const many = `{"a":[${'{},'.repeat(1_300_000)}{}],${json.slice(1)}`;
    expect(readManifest(bytesOf(many))).toMatchObject({ reason: 'too-many-values' });
  });

  test('4 MiB of nesting is refused without a deep stack', () => {
    expect(readManifest(bytesOf('['.repeat(4 * 1024 * 1024)))).toMatchObject({ reason: 'too-deep' });
    expect(readManifest(bytesOf('{"a":'.repeat(800_000)))).toMatchObject({ reason: 'too-deep' });
  });
});
