/**
 * Not imported from lambda/: this registry tests the function, and a wrong constant there must not be wrong here too.
 * Sources: image-spec's media-types.md and config.md, distribution's manifest-v2-2.md.
 */
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const OCI_GZIP_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
export const OCI_ZSTD_LAYER = 'application/vnd.oci.image.layer.v1.tar+zstd';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json';
export const DOCKER_GZIP_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

const MANIFESTS: readonly string[] = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST];

export const isManifestMediaType = (mediaType: string): boolean => MANIFESTS.includes(mediaType);
export const isIndex = (mediaType: string): boolean => mediaType === OCI_INDEX || mediaType === DOCKER_LIST;
export const isImageConfig = (mediaType: string): boolean => mediaType === OCI_CONFIG || mediaType === DOCKER_CONFIG;

/** Layers that clients get from elsewhere and don't push: https://github.com/opencontainers/image-spec/blob/v1.1.0/layer.md#non-distributable-layers */
export const isForeignLayer = (mediaType: string): boolean =>
  mediaType.startsWith('application/vnd.oci.image.layer.nondistributable.') ||
  mediaType.startsWith('application/vnd.docker.image.rootfs.foreign.');
