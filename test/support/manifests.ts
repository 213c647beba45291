import { createHash } from 'node:crypto';

/** The types as the specifications write them, apart from the code's own table, which the tests judge. */
export const OCI = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  gzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  tar: 'application/vnd.oci.image.layer.v1.tar',
  zstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  foreignGzip: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  foreignTar: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
  empty: 'application/vnd.oci.empty.v1+json',
} as const;

export const DOCKER = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  list: 'application/vnd.docker.distribution.manifest.list.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  gzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  tar: 'application/vnd.docker.image.rootfs.diff.tar',
  foreignGzip: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  foreignTar: 'application/vnd.docker.image.rootfs.foreign.diff.tar',
} as const;

export const digestOfText = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

export const bytesOf = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

/** A descriptor of something called so. */
export const descriptor = (mediaType: string, name: string, more: object = {}) => ({
  mediaType,
  digest: digestOfText(name),
  size: name.length,
  ...more,
});

/** An OCI image with two gzip layers, as Docker Desktop pushes one; `more` adds or replaces fields. */
export const ociImage = (name = 'app', more: object = {}) => ({
  schemaVersion: 2,
  mediaType: OCI.manifest,
  config: descriptor(OCI.config, `${name}-config`),
  layers: [descriptor(OCI.gzip, `${name}-layer-0`), descriptor(OCI.gzip, `${name}-layer-1`)],
  ...more,
});

/** The same image as Docker V2 Schema 2. */
export const dockerImage = (name = 'app', more: object = {}) => ({
  schemaVersion: 2,
  mediaType: DOCKER.manifest,
  config: descriptor(DOCKER.config, `${name}-config`),
  layers: [descriptor(DOCKER.gzip, `${name}-layer-0`), descriptor(DOCKER.gzip, `${name}-layer-1`)],
  ...more,
});

export const index = (manifests: readonly object[], more: object = {}) => ({
  schemaVersion: 2,
  mediaType: OCI.index,
  manifests,
  ...more,
});

export const platform = (architecture: string, variant?: string, os = 'linux') => ({
  platform: { architecture, os, ...(variant ? { variant } : {}) },
});
