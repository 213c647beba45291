import { DOCKER_CONFIG, DOCKER_GZIP_LAYER, DOCKER_MANIFEST, OCI_ZSTD_LAYER } from '../../../local/ecr/media-types';
import type { StoredManifest } from '../../../local/ecr/stored-manifest';
import { digestOf } from '../../../local/images/blob';
import type { Package } from '../../../local/images/package';

/** A media type of its own, in Docker manifests of builders that compress with zstd. */
export const DOCKER_ZSTD_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.zstd';
export const OCI_TAR_LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** What the companion of a tag must be that names such an image now. */
export type Demanded =
  /** The pushed manifest, or the child of this number, as Docker V2 Schema 2. */
  | { readonly companion: 'made'; readonly of: 'top' | number }
  /** The same with gzip layers in the place of those that Docker V2 Schema 2 has no type for. */
  | { readonly companion: 'recompressed'; readonly of: 'top' | number }
  /** The pushed manifest itself, if there is a companion at all. */
  | { readonly companion: 'follows'; readonly of?: undefined }
  /** None is made; one of before stays and is told as stale. */
  | {
      readonly companion: 'left';
      readonly of?: undefined;
      readonly outcome: 'refused' | 'skipped';
      readonly reason: string;
    };

/**
 * What a companion must be. Written a second time and not imported from lambda/, which is what is judged. Of a recompressed one only the
 * content of its new layers is known: the bytes that gzip makes of a tar differ between builds of zlib.
 */
export type Companion =
  | { readonly kind: 'manifest'; readonly digest: string }
  | { readonly kind: 'recompressed'; readonly config: string; readonly layers: readonly ExpectedLayer[] };

export type ExpectedLayer =
  /** The source's own gzip layer. */
  | { readonly kind: 'same'; readonly digest: string }
  /** Any gzip layer of this tar. */
  | { readonly kind: 'gzip'; readonly diffId: string };

interface Descriptor {
  readonly mediaType: string;
  readonly size: number;
  readonly digest: string;
}

interface ImageText {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** @returns none for a source that gets none made */
export function companionFor(image: Package, demanded: Demanded): Companion | undefined {
  switch (demanded.companion) {
    case 'made':
      return { kind: 'manifest', digest: digestOf(companionOf(image, demanded.of)) };
    case 'recompressed':
      return recompressedOf(image, demanded.of);
    case 'follows':
      return { kind: 'manifest', digest: digestOf(image.top.text) };
    case 'left':
      return undefined;
  }
}

/** The bytes of a companion whose layers are gzip already. */
export function companionOf(image: Package, of: 'top' | number): string {
  const source = sourceOf(image, of);
  if (source.mediaType === DOCKER_MANIFEST) return source.text;
  const { config, layers }: ImageText = JSON.parse(source.text);
  const descriptor = (mediaType: string, { size, digest }: Descriptor) => ({ mediaType, size, digest });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: DOCKER_MANIFEST,
    config: descriptor(DOCKER_CONFIG, config),
    layers: layers.map((layer) => descriptor(DOCKER_GZIP_LAYER, layer)),
  });
}

/** The digests of the tars whose layers have to be recompressed, as the config has them. */
export const tarsToRecompress = (image: Package, { of }: Pick<Demanded, 'of'>): readonly string[] =>
  layersOf(image, of ?? 'top').flatMap((layer) => (layer.kind === 'gzip' ? [layer.diffId] : []));

/** @param tarOf what a gzip layer has inside, as a digest */
export function isCompanion(
  expected: Companion,
  { digest, bytes }: StoredManifest,
  tarOf: (layer: string) => string | undefined,
): boolean {
  if (expected.kind === 'manifest') return digest === expected.digest;
  const { mediaType, config, layers }: ImageText & { readonly mediaType: string } = JSON.parse(bytes.toString());
  return (
    mediaType === DOCKER_MANIFEST &&
    config.mediaType === DOCKER_CONFIG &&
    config.digest === expected.config &&
    layers.length === expected.layers.length &&
    expected.layers.every((layer, at) => {
      const found = layers[at];
      if (found?.mediaType !== DOCKER_GZIP_LAYER) return false;
      return layer.kind === 'same' ? found.digest === layer.digest : tarOf(found.digest) === layer.diffId;
    })
  );
}

export const textOf = (expected: Companion | undefined): string =>
  expected?.kind === 'recompressed'
    ? `a recompression of the image with the config ${expected.config}`
    : (expected?.digest ?? 'none');

function recompressedOf(image: Package, of: 'top' | number): Companion {
  const { config }: ImageText = JSON.parse(sourceOf(image, of).text);
  return { kind: 'recompressed', config: config.digest, layers: layersOf(image, of) };
}

function layersOf(image: Package, of: 'top' | number): readonly ExpectedLayer[] {
  const { config, layers = [] }: Partial<ImageText> = JSON.parse(sourceOf(image, of).text);
  const blob = image.blobs.find(({ bytes }) => digestOf(bytes) === config?.digest);
  return layers.map(({ mediaType, digest }, at) =>
    [OCI_ZSTD_LAYER, DOCKER_ZSTD_LAYER, OCI_TAR_LAYER].includes(mediaType)
      ? { kind: 'gzip', diffId: JSON.parse(`${blob?.bytes}`).rootfs.diff_ids[at] }
      : { kind: 'same', digest },
  );
}

function sourceOf(image: Package, of: 'top' | number) {
  const source = of === 'top' ? image.top : image.children[of];
  if (!source) throw new Error(`the package has no child ${of}`);
  return source;
}
