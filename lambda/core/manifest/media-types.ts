/** The media types of manifests, indexes, configs and layers, once. Sources: image-spec media-types.md, distribution manifest-v2-2.md. */

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';

const OCI_LAYER = 'application/vnd.oci.image.layer.';
const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.';

/**
 * What ECR must be told to accept on every read: without all four it translates a manifest read by tag, and its bytes no longer hash
 * to its digest. https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html
 */
export const ACCEPTED_MEDIA_TYPES: readonly string[] = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST];

/** Docker Image Manifest V2 Schema 1, signed or not: long deprecated, and without a config blob there is nothing to convert. */
export const SCHEMA_1: readonly string[] = [
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
];

export const BUILD_CACHE_CONFIG = 'application/vnd.buildkit.cacheconfig.v0';

/** Each layer type that both forms can say, as pairs. The two `.tar` rows are uncompressed. */
const LAYER_PAIRS: readonly (readonly [oci: string, docker: string])[] = [
  [`${OCI_LAYER}v1.tar+gzip`, `${DOCKER_LAYER}diff.tar.gzip`],
  [`${OCI_LAYER}v1.tar`, `${DOCKER_LAYER}diff.tar`],
  [`${OCI_LAYER}nondistributable.v1.tar+gzip`, `${DOCKER_LAYER}foreign.diff.tar.gzip`],
  [`${OCI_LAYER}nondistributable.v1.tar`, `${DOCKER_LAYER}foreign.diff.tar`],
];

export const GZIP_DOCKER_LAYER = `${DOCKER_LAYER}diff.tar.gzip`;
export const UNCOMPRESSED_DOCKER_LAYER = `${DOCKER_LAYER}diff.tar`;

/** Docker's is in no specification, but BuildKit writes it with `compression=zstd,oci-mediatypes=false`. */
const ZSTD_LAYERS: readonly string[] = [`${OCI_LAYER}v1.tar+zstd`, `${DOCKER_LAYER}diff.tar.zstd`];

const dockerLayers = new Map(LAYER_PAIRS);
const ociLayers = new Map(LAYER_PAIRS.map(([oci, docker]) => [docker, oci]));

export const isManifest = (mediaType: string): boolean => mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST;
export const isIndex = (mediaType: string): boolean => mediaType === OCI_INDEX || mediaType === DOCKER_LIST;
export const isConfig = (mediaType: string): boolean => mediaType === OCI_CONFIG || mediaType === DOCKER_CONFIG;
export const isOci = (mediaType: string): boolean => mediaType.startsWith('application/vnd.oci.image.');
/** A layer of an image in either form, whether or not it can be converted; anything else belongs to an artifact. */
export const isLayer = (mediaType: string): boolean =>
  mediaType.startsWith(OCI_LAYER) || mediaType.startsWith(DOCKER_LAYER);
export const isForeignLayer = (mediaType: string): boolean =>
  mediaType.startsWith(`${OCI_LAYER}nondistributable.`) || mediaType.startsWith(`${DOCKER_LAYER}foreign.`);

/** The Docker name of a layer type, a Docker name being its own; `undefined` where Docker V2 Schema 2 has none. */
export const toDockerLayer = (mediaType: string): string | undefined =>
  dockerLayers.get(mediaType) ?? (ociLayers.has(mediaType) ? mediaType : undefined);

export type LayerCompression = 'zstd' | 'none';

/** How a layer is compressed, if it takes recompression to give it a Docker name that every consumer accepts. */
export function compressionToReplace(mediaType: string): LayerCompression | undefined {
  if (ZSTD_LAYERS.includes(mediaType)) return 'zstd';
  return toDockerLayer(mediaType) === UNCOMPRESSED_DOCKER_LAYER ? 'none' : undefined;
}

/** The OCI name of a layer type, an OCI name being its own; `undefined` where image-spec has none. */
export const toOciLayer = (mediaType: string): string | undefined =>
  ociLayers.get(mediaType) ?? (dockerLayers.has(mediaType) ? mediaType : undefined);
