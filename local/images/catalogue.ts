import { DOCKER_CONFIG, DOCKER_LIST, DOCKER_MANIFEST, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST } from '../ecr/media-types';
import { type Blob, descriptorOf, digestOf, jsonBlob, type Layer, layerOf } from './blob';
import { artifactOf, imageOf, indexOf, type Package } from './package';

const OCI_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';
const OCI_ZSTD = 'application/vnd.oci.image.layer.v1.tar+zstd';
const DOCKER_GZIP = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
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
  imageOf({
    mediaType: OCI_MANIFEST,
    configMediaType: OCI_CONFIG,
    layers: await layers(app, OCI_GZIP),
    indent: BUILDKIT_INDENT,
  });

/** `docker build` with the classic builder, or `buildx --output oci-mediatypes=false`. */
export const dockerImage = async (app = 'docker', architecture = 'amd64'): Promise<Package> =>
  imageOf({
    mediaType: DOCKER_MANIFEST,
    configMediaType: DOCKER_CONFIG,
    layers: await layers(app, DOCKER_GZIP),
    architecture,
    indent: DOCKER_INDENT,
  });

/** `buildah push` and `podman push`: one line, with annotations. */
export const buildahImage = async (): Promise<Package> =>
  imageOf({
    mediaType: OCI_MANIFEST,
    configMediaType: OCI_CONFIG,
    layers: await layers('buildah', OCI_GZIP),
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
    mediaType: OCI_MANIFEST,
    configMediaType: DOCKER_CONFIG,
    layers: await layers('kaniko', DOCKER_GZIP),
    withoutMediaType: true,
    more: { mediaType: '' },
  });

/** `buildx --output compression=zstd`. */
export const zstdImage = async (): Promise<Package> =>
  imageOf({
    mediaType: OCI_MANIFEST,
    configMediaType: OCI_CONFIG,
    layers: await layers('zstd', OCI_ZSTD, 'zstd'),
    indent: BUILDKIT_INDENT,
  });

/** Provenance of one image. https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md */
function attestationOf(image: Package, form: 'image manifest' | 'OCI artifact'): { of: Package; about: object } {
  const subject = {
    mediaType: image.top.mediaType,
    digest: digestOf(image.top.text),
    size: Buffer.byteLength(image.top.text),
  };
  const statement = jsonBlob('application/vnd.in-toto+json', {
    _type: 'https://in-toto.io/Statement/v0.1',
    subject: [{ digest: subject.digest }],
  });
  const config = jsonBlob(OCI_CONFIG, {
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: [digestOf(statement.bytes)] },
  });
  const of =
    form === 'image manifest'
      ? artifactOf(OCI_MANIFEST, config, [statement])
      : artifactOf(OCI_MANIFEST, EMPTY, [statement], {
          artifactType: 'application/vnd.docker.attestation.manifest.v1+json',
          subject,
        });
  return {
    of,
    about: {
      annotations: {
        'vnd.docker.reference.digest': subject.digest,
        'vnd.docker.reference.type': 'attestation-manifest',
      },
      platform: { architecture: 'unknown', os: 'unknown' },
    },
  };
}

/** `buildx build --platform linux/amd64,linux/arm64 --push`, with provenance as it is by default. */
export async function buildxIndex(
  attestations: 'image manifest' | 'OCI artifact',
  app = `buildx-${attestations}`,
): Promise<Package> {
  const images = await Promise.all(
    ['amd64', 'arm64'].map(async (architecture) => ({
      of: imageOf({
        mediaType: OCI_MANIFEST,
        configMediaType: OCI_CONFIG,
        layers: await layers(`${app} ${architecture}`, OCI_GZIP),
        architecture,
        indent: BUILDKIT_INDENT,
      }),
      about: { platform: { architecture, os: 'linux' } },
    })),
  );
  return indexOf(OCI_INDEX, [...images, ...images.map(({ of }) => attestationOf(of, attestations))], BUILDKIT_INDENT);
}

/** `docker manifest create`, or buildx without OCI types. */
export async function dockerList(): Promise<Package> {
  const images = await Promise.all(
    ['amd64', 'arm64'].map(async (architecture) => ({
      of: await dockerImage(`list ${architecture}`, architecture),
      about: { platform: { architecture, os: 'linux' } },
    })),
  );
  return indexOf(DOCKER_LIST, images, DOCKER_INDENT);
}

/** `--cache-to type=registry`: an index of layers, which are blobs and no manifests. https://github.com/docker/buildx/issues/173 */
export async function buildCache(form: 'OCI index' | 'Docker list' | 'image manifest'): Promise<Package> {
  const config = jsonBlob(CACHE_CONFIG, { layers: [{ blob: digestOf('x') }], records: [] });
  const cached = await layers('cache', form === 'Docker list' ? DOCKER_GZIP : OCI_GZIP);
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
