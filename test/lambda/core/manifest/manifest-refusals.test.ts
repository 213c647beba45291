import { readManifest } from '../../../../lambda/core/manifest/manifest';
import { Refusal, type RefusalReason } from '../../../../lambda/core/reasons';
import { bytesOf, DOCKER, descriptor, index, OCI, ociImage, platform } from '../../../support/manifests';

const child = (name: string, more: object = platform('amd64')) => descriptor(OCI.manifest, name, more);

describe('what is refused, and where', () => {
  const withLayer = (layer: object) => ociImage('app', { layers: [descriptor(OCI.gzip, 'a'), layer] });
  const withoutName = { ...descriptor(OCI.gzip, 'b'), mediaType: undefined };

  test.each<[what: string, manifest: string | object, reason: RefusalReason, detail: string]>([
    ['what is not JSON', '{"a":}', 'not-json', 'expected a value at $.a (character 5)'],
    ['an array', '[]', 'not-json', 'the manifest is not a JSON object'],
    ['a text', '"{}"', 'not-json', 'the manifest is not a JSON object'],
    [
      'a case variant',
      { ...ociImage(), LAYERS: [] },
      'case-variant-key',
      'the key "LAYERS" at $ differs from "layers" by case only',
    ],
    ['schemaVersion 1', ociImage('app', { schemaVersion: 1 }), 'schema-version', 'schemaVersion is 1, not 2'],
    ['schemaVersion as text', ociImage('app', { schemaVersion: '2' }), 'schema-version', 'schemaVersion is "2", not 2'],
    [
      'no schemaVersion',
      ociImage('app', { schemaVersion: undefined }),
      'schema-version',
      'schemaVersion is "absent", not 2',
    ],
    [
      'Docker schema 1',
      { schemaVersion: 1, name: 'app', tag: 'v1', fsLayers: [], history: [] },
      'schema-1',
      'the manifest has fsLayers, as only Docker V2 Schema 1 has',
    ],
    [
      'Docker schema 1 by type',
      { schemaVersion: 1, mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' },
      'schema-1',
      'the manifest is application/vnd.docker.distribution.manifest.v1+prettyjws',
    ],
    [
      'a type that is not a manifest',
      { schemaVersion: 2, mediaType: 'application/json' },
      'unknown-media-type',
      'the media type is "application/json"',
    ],
    [
      'no type and no shape',
      { schemaVersion: 2 },
      'unknown-media-type',
      'neither the registry nor the manifest names a media type, and there is no config and no manifests',
    ],
    [
      'a media type that is not text',
      ociImage('app', { mediaType: 2 }),
      'bad-field',
      'expected a string at $.mediaType, found number 2',
    ],
    [
      'an artifact type that is not text',
      ociImage('app', { artifactType: 2 }),
      'bad-field',
      'expected a string at $.artifactType, found number 2',
    ],
    [
      'an artifact type of an artifact manifest that is not text',
      { mediaType: 'application/vnd.oci.artifact.manifest.v1+json', artifactType: 2 },
      'bad-field',
      'expected a string at $.artifactType, found number 2',
    ],
    ['no config', ociImage('app', { config: undefined }), 'bad-field', 'expected an object at $.config, found nothing'],
    ['a config null', ociImage('app', { config: null }), 'bad-field', 'expected an object at $.config, found null'],
    [
      'a legacy config in an OCI manifest',
      ociImage('app', { config: descriptor('text/html', 'c') }),
      'unknown-config',
      'the config has the media type "text/html"',
    ],
    [
      'a config without size',
      ociImage('app', { config: { ...ociImage().config, size: null } }),
      'bad-field',
      'expected a size at $.config.size, found null',
    ],
    [
      'no layers field',
      ociImage('app', { layers: undefined }),
      'bad-field',
      'expected an array at $.layers, found nothing',
    ],
    ['layers null', ociImage('app', { layers: null }), 'bad-field', 'expected an array at $.layers, found null'],
    ['a layer that is not an object', withLayer([]), 'bad-field', 'expected an object at $.layers[1], found an array'],
    [
      'a layer without a type',
      withLayer(withoutName),
      'bad-field',
      'expected a media type at $.layers[1].mediaType, found nothing',
    ],
    [
      'a layer without digest',
      withLayer({ ...descriptor(OCI.gzip, 'b'), digest: 1 }),
      'bad-field',
      'expected a digest at $.layers[1].digest, found number 1',
    ],
    ['an empty index', index([]), 'empty-index', 'the index has no manifests'],
    [
      'manifests that are not an array',
      index([], { manifests: {} }),
      'bad-field',
      'expected an array at $.manifests, found an object',
    ],
    [
      'an artifact type of an index that is not text',
      index([child('a')], { artifactType: 1 }),
      'bad-field',
      'expected a string at $.artifactType, found number 1',
    ],
    [
      'a child that is not an object',
      index([child('a'), 'b' as never]),
      'bad-field',
      'expected an object at $.manifests[1], found string "b"',
    ],
    [
      'a child without digest',
      index([child('a'), { mediaType: OCI.manifest, size: 1 }]),
      'bad-field',
      'expected a digest at $.manifests[1].digest, found nothing',
    ],
  ])('%s', (_, manifest, reason, detail) => {
    expect(readManifest(bytesOf(manifest))).toEqual(new Refusal(reason, detail));
  });

  test.each([
    ...['manifests', 'fsLayers', 'history'].map(
      (field) => [OCI.manifest, field, ociImage('app', { [field]: [] })] as const,
    ),
    ...['manifests', 'history'].map((field) => [OCI.manifest, field, ociImage('app', { [field]: null })] as const),
    ...['layers', 'config', 'fsLayers', 'history'].map(
      (field) => [OCI.index, field, index([child('a')], { [field]: [] })] as const,
    ),
  ])('%s with %s (CVE-2021-41190)', (mediaType, field, manifest) => {
    expect(readManifest(bytesOf(manifest))).toEqual({
      reason: 'ambiguous',
      detail: `a manifest of type ${mediaType} must not have the field "${field}"`,
    });
  });

  test('a manifest of more than 4 MiB, before it is read', () => {
    const ofSize = (bytes: number) => new Uint8Array(bytes).fill(0x7d);
    expect(readManifest(ofSize(4 * 1024 * 1024))).toMatchObject({ reason: 'not-json' });
    expect(readManifest(ofSize(4 * 1024 * 1024 + 1))).toEqual({
      reason: 'too-large',
      detail: 'the manifest has 4194305 bytes, the limit is 4194304',
    });
  });

  test('a type that the registry says otherwise', () => {
    expect(readManifest(bytesOf(ociImage()), DOCKER.manifest)).toEqual({
      reason: 'media-type-mismatch',
      detail: `the registry says "${DOCKER.manifest}", the manifest says "${OCI.manifest}"`,
    });
    const schema1 = 'application/vnd.docker.distribution.manifest.v1+json';
    expect(readManifest(bytesOf(ociImage('app', { mediaType: undefined })), schema1)).toMatchObject({
      reason: 'schema-1',
    });
  });

  test('a reason stays short whatever the manifest holds', () => {
    const long = 'x'.repeat(10_000);
    const read = readManifest(bytesOf(`{"${long}":1,"${long}":2}`));
    expect(read).toMatchObject({ reason: 'duplicate-key' });
    expect((read as Refusal).detail.length).toBeLessThan(400);
  });
});
