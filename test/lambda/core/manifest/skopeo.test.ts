import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { toDocker, toOci } from '../../../../lambda/core/manifest/convert';
import { type ImageManifest, readManifest } from '../../../../lambda/core/manifest/manifest';
import { Refusal, type RefusalReason } from '../../../../lambda/core/reasons';
import { describeWith, skopeoConvert } from '../../../support/judges';
import { bytesOf, DOCKER, OCI } from '../../../support/manifests';

/** Real blobs: skopeo reads what a manifest names. */
const blobs = new Map<string, Uint8Array>();
function blob(mediaType: string, bytes: Uint8Array) {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  blobs.set(digest, bytes);
  return { mediaType, digest, size: bytes.length };
}

const tar = (n: number) => Buffer.alloc(1024, n);
const gzipLayer = (n: number, mediaType: string = OCI.gzip) => blob(mediaType, gzipSync(tar(n)));
const diffId = (n: number) => `sha256:${createHash('sha256').update(tar(n)).digest('hex')}`;
const config = (mediaType: string = OCI.config) =>
  blob(
    mediaType,
    bytesOf({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [diffId(0), diffId(1)] } }),
  );

interface Image extends Record<string, unknown> {
  config: object;
  layers: object[];
}
const image = (): Image => ({
  schemaVersion: 2,
  mediaType: OCI.manifest,
  config: config(),
  layers: [gzipLayer(0), gzipLayer(1)],
});
const firstLayer = (change: object) => (made: Image) => ({
  ...made,
  layers: [{ ...made.layers[0], ...change }, ...made.layers.slice(1)],
});

type Change = (made: Image) => object | string;
const text = (change: (json: string) => string) => (made: Image) => change(JSON.stringify(made));

/** What both take; they must write the same bytes. */
const SAME: Readonly<Record<string, (made: Image) => Image>> = {
  'annotations everywhere': (made) => ({
    ...firstLayer({ annotations: { 'a.b': 'c<&>' } })(made),
    annotations: { x: 'y' },
    config: { ...made.config, annotations: { z: '' } },
  }),
  'a subject': (made) => ({ ...made, subject: { mediaType: OCI.manifest, digest: diffId(7), size: 7 } }),
  'no mediaType': ({ mediaType: _, ...made }) => made as Image,
  'unknown fields': (made) => ({ ...made, futureField: { a: [1, 2.5, null] } }),
  'descriptor data': firstLayer({ data: 'AAAA' }),
  'a descriptor platform': firstLayer({ platform: { os: 'linux', architecture: 'amd64' } }),
  'a repeated layer': (made) => ({ ...made, layers: [...made.layers, ...made.layers] }),
  'an uncompressed layer': (made) => ({ ...made, layers: [...made.layers, blob(OCI.tar, tar(2))] }),
  'a foreign layer': (made) => ({ ...made, layers: [gzipLayer(3, OCI.foreignGzip), ...made.layers] }),
  'an uncompressed foreign layer': (made) => ({ ...made, layers: [blob(OCI.foreignTar, tar(4)), ...made.layers] }),
  'a foreign layer with URLs': (made) => ({
    ...made,
    layers: [{ ...gzipLayer(3, OCI.foreignGzip), urls: ['https://127.0.0.1/a?b=<c>&d'] }, ...made.layers],
  }),
  'another order of keys': (made) => Object.fromEntries(Object.entries(made).reverse()) as unknown as Image,
};

/** What only this project takes, and why skopeo's no is not ours. */
const ONLY_OURS: Readonly<Record<string, Change>> = {
  'Docker layers in an OCI manifest: SOCI writes them, and they are named as Docker wants already': firstLayer({
    mediaType: DOCKER.gzip,
  }),
  'a Docker config in an OCI manifest: kaniko writes it': (made) => ({ ...made, config: config(DOCKER.config) }),
  'OCI layers in a Docker manifest: containerd accepts them, so they exist': (made) => ({
    ...made,
    mediaType: DOCKER.manifest,
    config: config(DOCKER.config),
  }),
};

/** What only skopeo takes, and why we refuse or see no image. */
const ONLY_SKOPEO: Readonly<Record<string, [Change, RefusalReason | 'artifact']>> = {
  'a key twice: skopeo takes the last, others the first': [
    text((json) => json.replace('{', '{"layers":[],')),
    'duplicate-key',
  ],
  'a key in another case: Go reads it, JavaScript does not': [
    text((json) => json.replace('{', '{"LAYERS":[],')),
    'case-variant-key',
  ],
  'schemaVersion 1: image-spec says 2': [(made) => ({ ...made, schemaVersion: 1 }), 'schema-version'],
  'no schemaVersion: image-spec says 2': [({ schemaVersion: _, ...made }) => made, 'schema-version'],
  'manifests null: containerd and moby refuse it': [(made) => ({ ...made, manifests: null }), 'ambiguous'],
  'an artifactType: it says that this is no image': [
    (made) => ({ ...made, artifactType: 'application/vnd.example' }),
    'artifact',
  ],
  'no layers: nothing can run it': [(made) => ({ ...made, layers: [] }), 'no-layers'],
  'no layers field: image-spec requires it': [({ layers: _, ...made }) => made, 'bad-field'],
};

/** What neither takes. */
const NEITHER: Readonly<Record<string, [Change, RefusalReason | 'artifact']>> = {
  'a zstd layer': [firstLayer({ mediaType: OCI.zstd }), 'zstd-layer'],
  'an encrypted layer': [firstLayer({ mediaType: `${OCI.gzip}+encrypted` }), 'encrypted-layer'],
  'a layer type in another case': [firstLayer({ mediaType: OCI.gzip.toUpperCase() }), 'unknown-layer'],
  'a Helm chart': [
    (made) => ({ ...made, config: { ...config(), mediaType: 'application/vnd.cncf.helm.config.v1+json' } }),
    'artifact',
  ],
  'an empty config': [(made) => ({ ...made, config: blob(OCI.empty, bytesOf('{}')) }), 'artifact'],
  'a manifest with manifests': [(made) => ({ ...made, manifests: [] }), 'ambiguous'],
  'a sha512 layer': [firstLayer({ digest: `sha512:${'0'.repeat(128)}` }), 'unsupported-digest'],
  'no JSON': [() => 'nonsense', 'not-json'],
};

const json = (changed: object | string) => (typeof changed === 'string' ? changed : JSON.stringify(changed));

function ours(
  manifest: string,
  convert: (read: ImageManifest) => ReturnType<typeof toDocker> = (read) => toDocker(read, 'relabel'),
): { bytes: Uint8Array } | { refused: string } {
  const read = readManifest(bytesOf(manifest));
  if (read instanceof Refusal) return { refused: read.reason };
  if (read.kind !== 'image') return { refused: read.kind };
  const conversion = convert(read);
  return conversion instanceof Refusal ? { refused: conversion.reason } : { bytes: conversion.manifest.bytes };
}

const written = (answer: { bytes: Uint8Array } | { refused: string }) =>
  'bytes' in answer ? new TextDecoder().decode(answer.bytes) : answer;

describeWith('skopeo')('beside skopeo copy --format v2s2', () => {
  const both = (manifest: string) => [written(ours(manifest)), written(skopeoConvert(manifest, blobs, 'v2s2'))];

  test.each(Object.entries(SAME))('the same bytes: %s', (_, change) => {
    const [own, theirs] = both(json(change(image())));
    expect(typeof own).toBe('string');
    expect(own).toBe(theirs);
  });

  test('the same bytes for all of these at once, and for any mixture', () => {
    const all = Object.keys(SAME);
    fc.assert(
      fc.property(fc.shuffledSubarray(all), (names) => {
        const made = names.reduce((so, name) => SAME[name]?.(so) ?? so, image());
        const [own, theirs] = both(json(made));
        expect(own).toBe(theirs);
      }),
      { numRuns: 10, examples: [[all], [all.toReversed()]] },
    );
  });

  test.each(Object.entries(ONLY_OURS))('only ours: %s', (_, change) => {
    const [own, theirs] = both(json(change(image())));
    expect(own).toBe(written(ours(json(image()))));
    expect(theirs).toEqual({ refused: expect.stringContaining('level=fatal') });
  });

  test.each(Object.entries(ONLY_SKOPEO))('only skopeo: %s', (_, [change, reason]) => {
    const [own, theirs] = both(json(change(image())));
    expect(own).toEqual({ refused: reason });
    expect(typeof theirs).toBe('string');
  });

  test.each(Object.entries(NEITHER))('neither: %s', (_, [change, reason]) => {
    const [own, theirs] = both(json(change(image())));
    expect(own).toEqual({ refused: reason });
    expect(theirs).toEqual({ refused: expect.stringContaining('level=fatal') });
  });

  test('one difference in bytes: the URLs of an ordinary layer are dropped here, since ECR holds the layer', () => {
    const [own, theirs] = both(json(firstLayer({ urls: ['https://127.0.0.1/a'] })(image())));
    expect(own).toBe(written(ours(json(image()))));
    expect(JSON.parse(String(theirs)).layers[0].urls).toEqual(['https://127.0.0.1/a']);
  });

  test('the way back names the same layers; skopeo rewrites the config blob, we keep it', () => {
    const docker = String(written(ours(json(image()))));
    const [own, theirs] = [ours(docker, toOci), skopeoConvert(docker, blobs, 'oci')].map((answer) =>
      JSON.parse(String(written(answer))),
    );
    expect(JSON.stringify(own.layers)).toBe(JSON.stringify(theirs.layers));
    expect(Object.keys(own)).toEqual(Object.keys(theirs));
    expect(own.config).toEqual(config());
  });
});
