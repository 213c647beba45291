import {
  DOCKER_CONFIG,
  DOCKER_LIST,
  DOCKER_MANIFEST,
  isIndex,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_MANIFEST,
} from './media-types';
import type { Repository } from './repository';
import type { StoredManifest } from './stored-manifest';

/** What a read answers with. The digest is that of the stored manifest, also when the bytes are a translation of it. */
export interface ManifestAnswer {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

const OCI_LAYER = 'application/vnd.oci.image.layer.';
const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.';

/** Anything without a partner, zstd for one, keeps its type: AWS does not say what it does then. */
const PAIRS: readonly (readonly [oci: string, docker: string])[] = [
  [OCI_MANIFEST, DOCKER_MANIFEST],
  [OCI_CONFIG, DOCKER_CONFIG],
  [`${OCI_LAYER}v1.tar`, `${DOCKER_LAYER}diff.tar`],
  [`${OCI_LAYER}v1.tar+gzip`, `${DOCKER_LAYER}diff.tar.gzip`],
  [`${OCI_LAYER}nondistributable.v1.tar`, `${DOCKER_LAYER}foreign.diff.tar`],
  [`${OCI_LAYER}nondistributable.v1.tar+gzip`, `${DOCKER_LAYER}foreign.diff.tar.gzip`],
];
const TO_DOCKER: ReadonlyMap<string, string> = new Map(PAIRS);
const TO_OCI: ReadonlyMap<string, string> = new Map(PAIRS.map(([oci, docker]) => [docker, oci]));

interface Labelled {
  mediaType?: string;
}

function relabel({ bytes, digest }: StoredManifest, target: string): ManifestAnswer {
  const labels = target === DOCKER_MANIFEST ? TO_DOCKER : TO_OCI;
  const body = JSON.parse(bytes.toString('utf8')) as Labelled & { config: Labelled; layers: Labelled[] };
  for (const descriptor of [body.config, ...body.layers]) {
    const label = labels.get(descriptor.mediaType ?? '');
    if (label !== undefined) descriptor.mediaType = label;
  }
  body.mediaType = target;
  return { digest, mediaType: target, bytes: Buffer.from(JSON.stringify(body)) };
}

/**
 * What a read BY TAG answers when the client accepts only some media types. ECR then translates between OCI and Docker V2 Schema 2, and has no
 * translation to or from anything else: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html . Reads by digest never come here.
 *
 * What AWS answers for an index that is not accepted is not verified. Practitioners report a single platform's manifest
 * (https://github.com/island-is/island.is/pull/23091); this answers the linux/amd64 child, as registries did for old Docker clients.
 *
 * @returns undefined when there is nothing that the client would accept
 */
export function answerByTag(
  repository: Repository,
  manifest: StoredManifest,
  accepts: (mediaType: string) => boolean,
): ManifestAnswer | undefined {
  const { mediaType } = manifest;
  if (accepts(mediaType)) return manifest;
  if (mediaType === OCI_INDEX || mediaType === DOCKER_LIST) {
    const child = manifest.manifests.find(
      ({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64',
    );
    const image = child === undefined ? undefined : repository.image(child.digest)?.manifest;
    return image === undefined || isIndex(image.mediaType) ? undefined : answerByTag(repository, image, accepts);
  }
  if (mediaType === OCI_MANIFEST && accepts(DOCKER_MANIFEST)) return relabel(manifest, DOCKER_MANIFEST);
  if (mediaType === DOCKER_MANIFEST && accepts(OCI_MANIFEST)) return relabel(manifest, OCI_MANIFEST);
  return undefined;
}
