import {
  DOCKER_CONFIG,
  DOCKER_GZIP_LAYER,
  DOCKER_LIST,
  DOCKER_MANIFEST,
  OCI_CONFIG,
  OCI_GZIP_LAYER,
  OCI_INDEX,
  OCI_MANIFEST,
  OCI_ZSTD_LAYER,
} from '../ecr/media-types';
import { type Blob, descriptorOf, digestOf, jsonBlob, type Layer, layerOf } from './blob';
import { artifactOf, type IndexEntry, imageOf, indexOf, type Package } from './package';

const EMPTY: Blob = { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') };
const CACHE_CONFIG = 'application/vnd.buildkit.cacheconfig.v0';

/** BuildKit and Docker indent what they write; buildah, skopeo and Helm write one line. */
const BUILDKIT_INDENT = '  ';
const DOCKER_INDENT = '   ';

const layers = (app: string, mediaType: string, compression?: 'gzip' | 'zstd'): Promise<Layer[]> =>
  Promise.all([
    layerOf({ 'etc/os-release': 'ID=example\n' }, mediaType, compression),
    layerOf({ 'bin/serve': `#!/bin/sh\necho ${app}\n`, 'opt/ml/model.txt': app.repeat(50) }, mediaType, compression),
  ]);

/** `docker build` with Docker Desktop or Docker Engine 29, attestations off: an OCI manifest. */
export const dockerDesktopImage = async (app = 'docker-desktop'): Promise<Package> =>
  imageOf({ layers: await layers(app, OCI_GZIP_LAYER), indent: BUILDKIT_INDENT });

/** `docker build` with the classic builder, or `buildx --output oci-mediatypes=false`. */
export const dockerImage = async (app = 'docker', architecture = 'amd64'): Promise<Package> =>
  imageOf({
    layers: await layers(app, DOCKER_GZIP_LAYER),
    mediaType: DOCKER_MANIFEST,
    configMediaType: DOCKER_CONFIG,
    architecture,
    indent: DOCKER_INDENT,
  });

/** `buildah push` and `podman push`: one line, with annotations. */
export const buildahImage = async (): Promise<Package> =>
  imageOf({
    layers: await layers('buildah', OCI_GZIP_LAYER),
    more: {
      annotations: {
        'org.opencontainers.image.base.digest': digestOf('base'),
        'org.opencontainers.image.base.name': 'docker.io/library/debian:12',
      },
    },
  });

/** kaniko: an OCI manifest with an empty mediaType and a Docker config. */
export const kanikoImage = async (): Promise<Package> =>
  imageOf({
    layers: await layers('kaniko', DOCKER_GZIP_LAYER),
    configMediaType: DOCKER_CONFIG,
    more: { mediaType: '' },
  });

/** `buildx --output compression=zstd`. */
export const zstdImage = async (): Promise<Package> =>
  imageOf({ layers: await layers('zstd', OCI_ZSTD_LAYER, 'zstd'), indent: BUILDKIT_INDENT });

/** Provenance of one image. https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md */
function attestationOf({ top }: Package, form: 'image manifest' | 'OCI artifact'): IndexEntry {
  const subject = { mediaType: top.mediaType, digest: digestOf(top.text), size: Buffer.byteLength(top.text) };
  const statement = jsonBlob('application/vnd.in-toto+json', {
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [{ digest: subject.digest }],
  });
  const platform = { architecture: 'unknown', os: 'unknown' };
  const rootfs = { type: 'layers', diff_ids: [digestOf(statement.bytes)] };
  const artifactType = 'application/vnd.docker.attestation.manifest.v1+json';
  const of =
    form === 'image manifest'
      ? artifactOf(OCI_MANIFEST, jsonBlob(OCI_CONFIG, { ...platform, config: {}, rootfs }), [statement])
      : artifactOf(OCI_MANIFEST, EMPTY, [statement], { artifactType, subject });
  const annotations = {
    'vnd.docker.reference.digest': subject.digest,
    'vnd.docker.reference.type': 'attestation-manifest',
  };
  return { of, about: { annotations, platform } };
}

const forEachPlatform = (image: (architecture: string) => Promise<Package>): Promise<IndexEntry[]> =>
  Promise.all(
    ['amd64', 'arm64'].map(async (architecture) => ({
      of: await image(architecture),
      about: { platform: { architecture, os: 'linux' } },
    })),
  );

/** `buildx build --platform linux/amd64,linux/arm64 --push`, with provenance, which is the default. */
export async function buildxIndex(
  attestations: 'image manifest' | 'OCI artifact',
  app = `buildx-${attestations}`,
): Promise<Package> {
  const images = await forEachPlatform(async (architecture) =>
    imageOf({
      layers: await layers(`${app} ${architecture}`, OCI_GZIP_LAYER),
      architecture,
      indent: BUILDKIT_INDENT,
    }),
  );
  return indexOf(OCI_INDEX, [...images, ...images.map(({ of }) => attestationOf(of, attestations))], BUILDKIT_INDENT);
}

/** `docker manifest create`, or buildx without OCI types. */
export const dockerList = async (): Promise<Package> =>
  indexOf(
    DOCKER_LIST,
    await forEachPlatform((architecture) => dockerImage(`list ${architecture}`, architecture)),
    DOCKER_INDENT,
  );

/** `--cache-to type=registry`: an index of layers, which are blobs, not manifests. https://github.com/docker/buildx/issues/173 */
export async function buildCache(form: 'OCI index' | 'Docker list' | 'image manifest'): Promise<Package> {
  const config = jsonBlob(CACHE_CONFIG, { layers: [{ blob: digestOf('x') }], records: [] });
  const cached = await layers('cache', form === 'Docker list' ? DOCKER_GZIP_LAYER : OCI_GZIP_LAYER);
  if (form === 'image manifest') return artifactOf(OCI_MANIFEST, config, cached);
  const mediaType = form === 'OCI index' ? OCI_INDEX : DOCKER_LIST;
  const manifests = [
    ...cached.map((layer) => ({ ...descriptorOf(layer), annotations: { 'containerd.io/uncompressed': layer.diffId } })),
    descriptorOf(config),
  ];
  return {
    blobs: [...cached, config],
    children: [],
    top: { mediaType, text: JSON.stringify({ schemaVersion: 2, mediaType, manifests }, null, BUILDKIT_INDENT) },
  };
}

/** `helm push`. */
export async function helmChart(): Promise<Package> {
  const { bytes } = await layerOf({ 'app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n' }, '');
  return artifactOf(
    OCI_MANIFEST,
    jsonBlob('application/vnd.cncf.helm.config.v1+json', { name: 'app', version: '1.0.0', apiVersion: 'v2' }),
    [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', bytes }],
  );
}
