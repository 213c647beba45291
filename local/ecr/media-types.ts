/**
 * Written out again rather than imported from lambda/: this registry judges the function, so a wrong constant there must not be wrong here
 * too. Sources: image-spec media-types.md, distribution manifest-v2-1.md and manifest-v2-2.md.
 */
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';
export const SCHEMA_1 = 'application/vnd.docker.distribution.manifest.v1+json';
export const SCHEMA_1_SIGNED = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

const MANIFESTS: ReadonlySet<string> = new Set([
  OCI_MANIFEST,
  OCI_INDEX,
  DOCKER_MANIFEST,
  DOCKER_LIST,
  SCHEMA_1,
  SCHEMA_1_SIGNED,
]);

export const isManifestMediaType = (mediaType: string): boolean => MANIFESTS.has(mediaType);
export const isIndex = (mediaType: string): boolean => mediaType === OCI_INDEX || mediaType === DOCKER_LIST;
export const isSchema1 = (mediaType: string): boolean => mediaType === SCHEMA_1 || mediaType === SCHEMA_1_SIGNED;
export const isImageConfig = (mediaType: string): boolean => mediaType === OCI_CONFIG || mediaType === DOCKER_CONFIG;

/** Layers that clients fetch from elsewhere and do not push: https://github.com/opencontainers/image-spec/blob/v1.1.0/layer.md#non-distributable-layers */
export const isForeignLayer = (mediaType: string): boolean =>
  mediaType.startsWith('application/vnd.oci.image.layer.nondistributable.') ||
  mediaType.startsWith('application/vnd.docker.image.rootfs.foreign.');
