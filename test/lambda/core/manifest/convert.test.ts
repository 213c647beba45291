import { isDocker, toDocker, toOci } from '../../../../lambda/core/manifest/convert';
import { type ImageManifest, readManifest } from '../../../../lambda/core/manifest/manifest';
import { Refusal } from '../../../../lambda/core/reasons';
import { bytesOf, DOCKER, descriptor, dockerImage, OCI, ociImage } from '../../../support/manifests';

function image(manifest: object): ImageManifest {
  const read = readManifest(bytesOf(manifest));
  if (read instanceof Refusal || read.kind !== 'image') throw new Error(`not an image: ${JSON.stringify(read)}`);
  return read;
}

function converted(manifest: object, convert = (read: ImageManifest) => toDocker(read, 'refuse')) {
  const result = convert(image(manifest));
  if (result instanceof Refusal) throw new Error(`refused: ${result.reason} ${result.detail}`);
  return { ...result, json: JSON.parse(new TextDecoder().decode(result.manifest.bytes)) };
}

const refusalOf = (manifest: object) => toDocker(image(manifest), 'refuse');

describe('OCI to Docker V2 Schema 2', () => {
  test('writes the very bytes that skopeo 1.9.3 writes (golden vector)', () => {
    const layer = (size: number, digest: string) => ({ mediaType: OCI.gzip, digest: `sha256:${digest}`, size });
    const { manifest } = converted({
      schemaVersion: 2,
      mediaType: OCI.manifest,
      config: {
        mediaType: OCI.config,
        digest: 'sha256:cba49b0fce88b4987233bac92bf552eb9b4e63352b5b6dcebad52c7bf790bdee',
        size: 375,
      },
      layers: [
        layer(91, 'e4e20ab2ba0d04b9257cbc1509e76c4cb25ef1a61c9500b2d1e9a043d8ae55e9'),
        layer(90, '8b4f66528b08a25ea3219bebc9809b7a6e2c0ea773c59ebc5e9d914a50ba5989'),
      ],
    });
    expect(manifest.bytes).toHaveLength(581);
    expect(manifest.digest).toBe('sha256:c8813c5cbef4443584589fd32c0da18ddf6403abc36f7c2d341e105017cf4bf7');
    expect(manifest.mediaType).toBe(DOCKER.manifest);
  });

  test('is the same image by its Docker names, in order, with repeated layers kept', () => {
    const layers = ['a', 'b', 'a'];
    const { json } = converted(ociImage('app', { layers: layers.map((name) => descriptor(OCI.gzip, name)) }));
    expect(json).toEqual(dockerImage('app', { layers: layers.map((name) => descriptor(DOCKER.gzip, name)) }));
  });

  test.each([
    [OCI.gzip, DOCKER.gzip],
    [OCI.foreignGzip, DOCKER.foreignGzip],
    [OCI.foreignTar, DOCKER.foreignTar],
    [DOCKER.gzip, DOCKER.gzip],
    [DOCKER.foreignGzip, DOCKER.foreignGzip],
  ])('names %s %s', (from, to) => {
    expect(converted(ociImage('app', { layers: [descriptor(from, 'layer')] })).json.layers[0].mediaType).toBe(to);
  });

  test.each([
    [OCI.zstd, 'zstd-layer'],
    [`${OCI.zstd}2`, 'unknown-layer'],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', 'zstd-layer'],
    ['application/vnd.docker.image.rootfs.diff.tar.zstd', 'zstd-layer'],
    [`${OCI.gzip}+encrypted`, 'encrypted-layer'],
    [OCI.tar, 'uncompressed-layer'],
    [DOCKER.tar, 'uncompressed-layer'],
    ['application/vnd.oci.image.layer.v1.TAR+gzip', 'unknown-layer'],
    ['application/vnd.oci.image.layer.v1.tar+gzip; charset=utf-8', 'unknown-layer'],
    ['application/vnd.oci.image.layer.v1.squashfs', 'unknown-layer'],
  ])('refuses %s as %s, naming the layer', (mediaType, reason) => {
    const layers = [descriptor(OCI.gzip, 'a'), descriptor(mediaType, 'b')];
    const why = reason === 'uncompressed-layer' ? ', which is not compressed' : '';
    expect(refusalOf(ociImage('app', { layers }))).toEqual({ reason, detail: `$.layers[1] is "${mediaType}"${why}` });
  });

  test('relabels an uncompressed layer only when told to', () => {
    const uncompressed = ociImage('app', { layers: [descriptor(OCI.tar, 'layer')] });
    expect(converted(uncompressed, (read) => toDocker(read, 'relabel')).json.layers[0].mediaType).toBe(DOCKER.tar);
  });

  test('refuses an image without layers', () => {
    expect(refusalOf(ociImage('app', { layers: [] }))).toEqual({ reason: 'no-layers', detail: 'layers is empty' });
  });

  test('refuses a config that only Docker takes for an image', () => {
    expect(refusalOf(dockerImage('app', { config: descriptor('application/octet-stream', 'config') }))).toEqual({
      reason: 'unknown-config',
      detail: 'the config has the media type "application/octet-stream"',
    });
  });

  test('takes a Docker config inside an OCI manifest, as kaniko writes it', () => {
    const { json } = converted(
      ociImage('app', { mediaType: OCI.manifest, config: descriptor(DOCKER.config, 'app-config') }),
    );
    expect(json).toEqual(dockerImage());
  });

  test.each([
    ['Docker all through', dockerImage(), true],
    ['around an OCI layer', dockerImage('app', { layers: [dockerImage().layers[0], ociImage().layers[1]] }), false],
    ['around an OCI config', dockerImage('app', { config: ociImage().config }), false],
    ['around Docker layers and config, but OCI itself', { ...dockerImage(), mediaType: OCI.manifest }, false],
  ])('a manifest %s comes out as Docker', (_, manifest, isDockerAlready) => {
    expect(isDocker(image(manifest))).toBe(isDockerAlready);
    expect(converted(manifest).json).toEqual(dockerImage());
  });

  test('keeps the URLs of foreign layers, escaped as Go escapes them, and of no others', () => {
    const urls = ['https://example.com/layer?a=1&b=<2>'];
    const { json, manifest, droppedFields } = converted(
      ociImage('app', {
        config: descriptor(OCI.config, 'app-config', { urls }),
        layers: [descriptor(OCI.foreignGzip, 'foreign', { urls }), descriptor(OCI.gzip, 'own', { urls })],
      }),
    );
    const { layers } = converted(ociImage('app', { layers: [descriptor(OCI.foreignGzip, 'foreign')] })).json;
    expect(Object.keys(layers[0])).toEqual(['mediaType', 'size', 'digest']);
    expect(json.layers.map((layer: object) => Object.keys(layer))).toEqual([
      ['mediaType', 'size', 'digest', 'urls'],
      ['mediaType', 'size', 'digest'],
    ]);
    expect(json.layers[0].urls).toEqual(urls);
    expect(Object.keys(json.config)).toEqual(['mediaType', 'size', 'digest']);
    expect(new TextDecoder().decode(manifest.bytes)).toContain('a=1\\u0026b=\\u003c2\\u003e');
    expect(droppedFields).toEqual(['$.config.urls', '$.layers[1].urls']);
  });

  test('lists each field that it drops by its JSON path', () => {
    const annotations = { 'org.opencontainers.image.created': 'today', plain: 'x' };
    const { droppedFields } = converted(
      ociImage('app', {
        annotations,
        subject: descriptor(OCI.manifest, 'subject'),
        artifactType: OCI.config,
        'x-unknown': 1,
        config: descriptor(OCI.config, 'app-config', { annotations: { plain: 'x' }, data: 'e30=' }),
        layers: [
          descriptor(OCI.gzip, 'layer', {
            annotations: { plain: 'x' },
            platform: { os: 'linux', architecture: 'amd64' },
          }),
        ],
      }),
    );
    expect(droppedFields).toEqual([
      "$.annotations['org.opencontainers.image.created']",
      '$.annotations.plain',
      '$.subject',
      '$.artifactType',
      "$['x-unknown']",
      '$.config.annotations.plain',
      '$.config.data',
      '$.layers[0].annotations.plain',
      '$.layers[0].platform',
    ]);
  });
});

describe('Docker V2 Schema 2 to OCI', () => {
  test('is the way back', () => {
    expect(converted(dockerImage(), toOci).json).toEqual(ociImage());
    expect(converted(converted(dockerImage(), toOci).json).json).toEqual(dockerImage());
  });

  test('writes the keys in the order of image-spec, keeps all URLs of layers, and lists what else it drops', () => {
    const urls = ['https://example.com/layer'];
    const annotations = { a: 'b' };
    const layers = [
      descriptor(DOCKER.gzip, 'own', { urls, annotations }),
      descriptor(DOCKER.foreignTar, 'foreign', { urls }),
      descriptor(DOCKER.tar, 'plain'),
    ];
    const config = descriptor(DOCKER.config, 'c', { data: 'e30=' });
    const { json, manifest, droppedFields } = converted(dockerImage('app', { annotations, config, layers }), toOci);
    expect(manifest.mediaType).toBe(OCI.manifest);
    expect(JSON.stringify(json)).toBe(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI.manifest,
        config: descriptor(OCI.config, 'c'),
        layers: [
          descriptor(OCI.gzip, 'own', { urls }),
          descriptor(OCI.foreignTar, 'foreign', { urls }),
          descriptor(OCI.tar, 'plain'),
        ],
      }),
    );
    expect(droppedFields).toEqual(['$.annotations.a', '$.config.data', '$.layers[0].annotations.a']);
  });

  test.each(['application/octet-stream', 'text/html'])('gives a config of type %s its OCI name', (mediaType) => {
    const config = descriptor(mediaType, 'app-config');
    expect(toOci(image(dockerImage('app', { config })))).toEqual(toOci(image(dockerImage('app'))));
  });

  const DOCKER_ZSTD = 'application/vnd.docker.image.rootfs.diff.tar.zstd';
  test.each([
    [dockerImage('app', { layers: [descriptor(DOCKER_ZSTD, 'l')] }), 'zstd-layer', `$.layers[0] is "${DOCKER_ZSTD}"`],
    [dockerImage('app', { layers: [] }), 'no-layers', 'layers is empty'],
  ])('refuses what image-spec can not say (%#)', (manifest, reason, detail) => {
    expect(toOci(image(manifest))).toEqual({ reason, detail });
  });
});
