import {
  isRecompressionCurrent,
  type LayerToRecompress,
  planRecompression,
  recompressedManifest,
} from '../../../../lambda/core/layers/plan';
import { type ImageManifest, readManifest } from '../../../../lambda/core/manifest/manifest';
import { Refusal } from '../../../../lambda/core/reasons';
import { sha256 } from '../../../support/layers';
import { bytesOf, DOCKER, descriptor, digestOfText, dockerImage, OCI, ociImage } from '../../../support/manifests';

const DOCKER_ZSTD = 'application/vnd.docker.image.rootfs.diff.tar.zstd';
const FOREIGN_ZSTD = 'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd';

const read = (manifest: object): ImageManifest => {
  const image = readManifest(bytesOf(manifest));
  if (image instanceof Refusal || image.kind !== 'image')
    throw new Error(`expected an image, got ${JSON.stringify(image)}`);
  return image;
};
const diffIds = (count: number) => Array.from({ length: count }, (_, at) => digestOfText(`tar ${at}`));

/** An image with these layers, and the config that belongs to it. */
function imageOf(
  types: readonly string[],
  { config = {}, manifest = {} }: { config?: unknown; manifest?: object } = {},
) {
  const bytes = bytesOf(
    typeof config === 'string'
      ? config
      : {
          os: 'linux',
          architecture: 'amd64',
          rootfs: { type: 'layers', diff_ids: diffIds(types.length) },
          ...(config as object),
        },
  );
  const image = ociImage('app', {
    config: { ...descriptor(OCI.config, ''), digest: sha256(bytes), size: bytes.length },
    layers: types.map((type, at) => descriptor(type, `layer ${at}`, { annotations: { at: `${at}` } })),
    ...manifest,
  });
  return { image: read(image), config: bytes };
}
const planOf = (types: readonly string[], more?: Parameters<typeof imageOf>[1]) => {
  const { image, config } = imageOf(types, more);
  return planRecompression(image, config);
};
const summary = (plan: readonly LayerToRecompress[] | Refusal) =>
  plan instanceof Refusal ? plan : plan.map(({ index, compression }) => [index, compression]);

describe('the plan', () => {
  test.each<[string, string[], [number, string][]]>([
    ['gzip layers', [OCI.gzip, DOCKER.gzip], []],
    ['a zstd layer', [OCI.gzip, OCI.zstd, OCI.gzip], [[1, 'zstd']]],
    ["a zstd layer of Docker's name", [DOCKER_ZSTD], [[0, 'zstd']]],
    [
      'plain tars',
      [OCI.tar, OCI.gzip, DOCKER.tar],
      [
        [0, 'none'],
        [2, 'none'],
      ],
    ],
    ['foreign layers, which keep their names', [OCI.foreignGzip, OCI.foreignTar, OCI.zstd], [[2, 'zstd']]],
  ])('of an image with %s', (_, types, expected) => {
    expect(summary(planOf(types))).toEqual(expected);
  });

  test('of a Docker manifest around such layers', () => {
    const { config } = imageOf([OCI.gzip]);
    const layers = [descriptor(DOCKER_ZSTD, 'l')];
    const image = dockerImage('app', { config: { ...descriptor(DOCKER.config, ''), digest: sha256(config) }, layers });
    expect(summary(planRecompression(read(image), config))).toEqual([[0, 'zstd']]);
  });

  test('has the layer and the digest of its tar, of the same place', () => {
    const { image, config } = imageOf([OCI.gzip, OCI.zstd]);
    expect(planRecompression(image, config)).toEqual([
      { index: 1, descriptor: image.layers[1], compression: 'zstd', diffId: digestOfText('tar 1') },
    ]);
  });

  test('does not read the config of an image that needs none', () => {
    expect(planRecompression(read(ociImage('app')), bytesOf('not a config'))).toEqual([]);
  });

  const rootfs = (value: unknown) => ({ config: { rootfs: value } });
  test.each<[string, string[], Parameters<typeof imageOf>[1], string, string]>([
    [
      'an encrypted layer',
      [OCI.zstd, `${OCI.zstd}+encrypted`],
      {},
      'encrypted-layer',
      `$.layers[1] is "${OCI.zstd}+encrypted"`,
    ],
    ['a foreign zstd layer', [OCI.zstd, FOREIGN_ZSTD], {}, 'zstd-layer', `$.layers[1] is "${FOREIGN_ZSTD}"`],
    ['an unknown layer', [OCI.gzip, 'text/plain'], {}, 'unknown-layer', '$.layers[1] is "text/plain"'],
    ['no layers', [], {}, 'no-layers', 'layers is empty'],
    [
      'too few diff_ids',
      [OCI.gzip, OCI.zstd],
      rootfs({ diff_ids: diffIds(1) }),
      'diff-ids-mismatch',
      'the image config has 1 diff_ids, but the manifest has 2 layers',
    ],
    [
      'too many diff_ids',
      [OCI.zstd],
      rootfs({ diff_ids: diffIds(2) }),
      'diff-ids-mismatch',
      'the image config has 2 diff_ids, but the manifest has 1 layers',
    ],
    [
      'no rootfs',
      [OCI.zstd],
      rootfs(undefined),
      'bad-field',
      'in the image config, expected an object at $.rootfs, found nothing',
    ],
    [
      'no diff_ids',
      [OCI.zstd],
      rootfs({}),
      'bad-field',
      'in the image config, expected an array at $.rootfs.diff_ids, found nothing',
    ],
    [
      'a diff_id that is none',
      [OCI.zstd, OCI.zstd],
      rootfs({ diff_ids: [digestOfText(''), 'sha256:1'] }),
      'bad-field',
      'in the image config, expected a sha256 digest at $.rootfs.diff_ids[1], found string "sha256:1"',
    ],
    [
      'a diff_id that is not text',
      [OCI.zstd],
      rootfs({ diff_ids: [1] }),
      'bad-field',
      'in the image config, expected a sha256 digest at $.rootfs.diff_ids[0], found number 1',
    ],
    [
      'a config that is not JSON',
      [OCI.zstd],
      { config: '{' },
      'not-json',
      expect.stringMatching(/^in the image config, /),
    ],
  ])('refuses an image with %s', (_, types, more, reason, detail) => {
    expect(planOf(types, more)).toEqual(expect.objectContaining({ reason, detail }));
  });

  test('refuses a config that is not the one of the manifest', () => {
    const { image } = imageOf([OCI.zstd]);
    const other = bytesOf({ rootfs: { diff_ids: diffIds(1) } });
    expect(planRecompression(image, other)).toEqual(
      new Refusal('digest-mismatch', `the config hashes to ${sha256(other)}, not to ${image.config.digest}`),
    );
  });
});

describe('the manifest', () => {
  const gzip = { digest: digestOfText('gzip'), size: 4 };

  test('has the gzip layers in the places of the others, and all else as it was', () => {
    const { image } = imageOf([OCI.gzip, OCI.zstd, OCI.foreignGzip]);
    expect(Buffer.from(recompressedManifest(image, new Map([[1, gzip]]))).toString()).toBe(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: DOCKER.manifest,
        config: { mediaType: DOCKER.config, size: image.config.size, digest: image.config.digest },
        layers: [
          { mediaType: DOCKER.gzip, size: 7, digest: digestOfText('layer 0') },
          { mediaType: DOCKER.gzip, size: gzip.size, digest: gzip.digest },
          { mediaType: DOCKER.foreignGzip, size: 7, digest: digestOfText('layer 2') },
        ],
      }),
    );
  });

  test('is not made as long as a layer is missing', () => {
    const { image } = imageOf([OCI.zstd, OCI.tar]);
    for (const index of [0, 1])
      expect(() => recompressedManifest(image, new Map([[index, gzip]]))).toThrow(
        /^the image is not recompressed: \$\.layers/,
      );
  });
});

describe('a companion', () => {
  const { image: source } = imageOf([OCI.gzip, OCI.zstd, OCI.tar]);
  const companionOf = (
    change: (manifest: { config: object; layers: object[]; mediaType: string }) => object = (same) => same,
  ) => {
    const layer = (name: string) => ({ digest: digestOfText(name), size: name.length });
    const bytes = recompressedManifest(source, new Map([1, 2].map((at) => [at, layer(`any gzip ${at}`)])));
    return read(change(JSON.parse(Buffer.from(bytes).toString())));
  };
  const layers = (change: (layers: object[]) => object[]) => () =>
    companionOf((manifest) => ({ ...manifest, layers: change(manifest.layers) }));
  const layer = (at: number, change: object) =>
    layers((all) => all.map((one, index) => (index === at ? { ...one, ...change } : one)));

  test('is current, whatever bytes its recompressed layers have', () => {
    expect(isRecompressionCurrent(source, companionOf())).toBe(true);
    expect(isRecompressionCurrent(source, layer(1, { digest: digestOfText('another zlib'), size: 9 })())).toBe(true);
  });

  test('of an image that needs no recompression is current if it is the same', () => {
    const plain = read(ociImage('app'));
    expect(isRecompressionCurrent(plain, read(dockerImage('app')))).toBe(true);
    expect(isRecompressionCurrent(plain, read(dockerImage('other')))).toBe(false);
  });

  test.each<[string, () => ImageManifest]>([
    [
      'is of another config',
      () => companionOf((manifest) => ({ ...manifest, config: descriptor(DOCKER.config, 'x') })),
    ],
    ['has another gzip layer', layer(0, { digest: digestOfText('other') })],
    ['has a gzip layer of another size', layer(0, { size: 1 })],
    ['has a zstd layer', layer(1, { mediaType: DOCKER_ZSTD })],
    ['has a plain tar', layer(2, { mediaType: DOCKER.tar })],
    ['has a foreign layer instead', layer(2, { mediaType: DOCKER.foreignGzip })],
    ['has a layer less', layers((all) => all.slice(0, 2))],
    ['has no layer of a place that was recompressed', layers((all) => all.slice(0, 1))],
    ['has a layer more', layers((all) => [...all, descriptor(DOCKER.gzip, 'more')])],
    ['has the layers in another order', layers(([first, ...rest]) => [...rest, first ?? {}])],
    ['has a layer of an OCI type', layer(1, { mediaType: OCI.gzip })],
    ['is an OCI image', () => companionOf((manifest) => ({ ...manifest, mediaType: OCI.manifest }))],
  ])('is not current if it %s', (_, companion) => {
    expect(isRecompressionCurrent(source, companion())).toBe(false);
  });

  test('of an image that has no Docker form at all is never current', () => {
    const { image } = imageOf([OCI.zstd, `${OCI.gzip}+encrypted`]);
    expect(isRecompressionCurrent(image, companionOf())).toBe(false);
  });
});
