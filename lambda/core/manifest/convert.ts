import { Refusal, refusalOr } from '../reasons';
import type { StoredManifest } from '../registry';
import type { Descriptor } from './descriptor';
import { digestOf } from './digest';
import { quote } from './json-path';
import type { ImageManifest } from './manifest';
import {
  DOCKER_CONFIG,
  DOCKER_MANIFEST,
  isConfig,
  isForeignLayer,
  isOci,
  OCI_CONFIG,
  OCI_MANIFEST,
  toDockerLayer,
  toOciLayer,
  UNCOMPRESSED_DOCKER_LAYER,
} from './media-types';

/** AWS Lambda refuses `…rootfs.diff.tar`, so relabeling an uncompressed layer is a choice, not the default. */
export const UNCOMPRESSED_LAYERS = ['refuse', 'relabel'] as const;
export type UncompressedLayers = (typeof UNCOMPRESSED_LAYERS)[number];

export interface Conversion {
  readonly manifest: StoredManifest;
  /** JSON paths of the input's fields that the output has no place for. */
  readonly droppedFields: readonly string[];
}

/** Whether the image is Docker V2 Schema 2 through and through; a Docker manifest around OCI layers is not. */
export const isDocker = ({ mediaType, config, layers }: ImageManifest): boolean =>
  mediaType === DOCKER_MANIFEST && ![config, ...layers].some((descriptor) => isOci(descriptor.mediaType));

/**
 * Expresses an image as Docker V2 Schema 2: the same config and layers, by their Docker names. Descriptors are converted one by one,
 * because mixed manifests are real. The bytes are a pure function of the input's, and those that `skopeo copy --format v2s2` writes.
 */
export function toDocker(image: ImageManifest, uncompressedLayers: UncompressedLayers): Conversion | Refusal {
  return refusalOr(() => {
    const config = renamed(image.config, dockerConfig(image.config));
    const layers = image.layers.map((layer, at) => renamed(layer, dockerLayer(layer, at, uncompressedLayers)));
    if (layers.length === 0) throw new Refusal('no-layers', 'layers is empty');
    return {
      manifest: stored(DOCKER_MANIFEST, config, layers, dockerDescriptor),
      droppedFields: [
        ...image.extraFields,
        ...[config, ...layers].flatMap((descriptor) => descriptor.extraFields),
        ...(config.urls.length > 0 ? ['$.config.urls'] : []),
        ...layers.flatMap((layer, at) =>
          layer.urls.length > 0 && !isForeignLayer(layer.mediaType) ? [`$.layers[${at}].urls`] : [],
        ),
      ],
    };
  });
}

/**
 * The reverse: every field of Docker V2 Schema 2 has a place in image-spec. The config of a Docker manifest may have a type of before 2017,
 * which `skopeo copy --format oci` takes too.
 */
export function toOci(image: ImageManifest): Conversion | Refusal {
  return refusalOr(() => {
    const config = renamed(image.config, OCI_CONFIG);
    const layers = image.layers.map((layer, at) =>
      renamed(layer, toOciLayer(layer.mediaType) ?? refuseLayer(layer, at)),
    );
    if (layers.length === 0) throw new Refusal('no-layers', 'layers is empty');
    return {
      manifest: stored(OCI_MANIFEST, config, layers, ociDescriptor),
      droppedFields: [...image.extraFields, ...[config, ...layers].flatMap((descriptor) => descriptor.extraFields)],
    };
  });
}

/** Field by field: a manifest can have 25,000 layers, and a spread takes several times as long. */
const renamed = ({ size, digest, urls, extraFields }: Descriptor, mediaType: string): Descriptor => ({
  mediaType,
  size,
  digest,
  urls,
  extraFields,
});

const unknownConfig = ({ mediaType }: Descriptor) =>
  new Refusal('unknown-config', `the config has the media type ${quote(mediaType)}`);

function dockerConfig(config: Descriptor): string {
  if (!isConfig(config.mediaType)) throw unknownConfig(config);
  return DOCKER_CONFIG;
}

function dockerLayer(layer: Descriptor, at: number, uncompressedLayers: UncompressedLayers): string {
  const mediaType = toDockerLayer(layer.mediaType) ?? refuseLayer(layer, at);
  if (mediaType === UNCOMPRESSED_DOCKER_LAYER && uncompressedLayers === 'refuse') {
    throw new Refusal('uncompressed-layer', `$.layers[${at}] is ${quote(layer.mediaType)}, which is not compressed`);
  }
  return mediaType;
}

function refuseLayer({ mediaType }: Descriptor, at: number): never {
  const reason = mediaType.endsWith('+encrypted')
    ? 'encrypted-layer'
    : /[+.]zstd$/.test(mediaType)
      ? 'zstd-layer'
      : 'unknown-layer';
  throw new Refusal(reason, `$.layers[${at}] is ${quote(mediaType)}`);
}

/** The order of keys is skopeo's in both forms, so that digests can be compared with its output. */
const dockerDescriptor = ({ mediaType, size, digest, urls }: Descriptor) =>
  urls.length > 0 && isForeignLayer(mediaType) ? { mediaType, size, digest, urls } : { mediaType, size, digest };

const ociDescriptor = ({ mediaType, size, digest, urls }: Descriptor) =>
  urls.length > 0 ? { mediaType, digest, size, urls } : { mediaType, digest, size };

function stored(
  mediaType: string,
  config: Descriptor,
  layers: readonly Descriptor[],
  write: (descriptor: Descriptor) => object,
): StoredManifest {
  const manifest = { schemaVersion: 2, mediaType, config: write({ ...config, urls: [] }), layers: layers.map(write) };
  // Go's encoder escapes these three in strings, and a URL can hold them.
  const json = JSON.stringify(manifest).replace(
    /[<>&]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
  const bytes = new TextEncoder().encode(json);
  return { digest: digestOf(bytes), mediaType, bytes };
}
