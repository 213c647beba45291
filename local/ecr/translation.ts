import {
  DOCKER_CONFIG,
  DOCKER_GZIP_LAYER,
  DOCKER_MANIFEST,
  OCI_CONFIG,
  OCI_GZIP_LAYER,
  OCI_MANIFEST,
} from './media-types';
import type { StoredManifest } from './stored-manifest';

/** The answer to a read. The digest is that of the stored manifest, even if the bytes are a translation of it. */
export interface ManifestAnswer {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** A type without a partner stays as it is, zstd for example: AWS does not document what it does then. */
const PAIRS: readonly (readonly [oci: string, docker: string])[] = [
  [OCI_MANIFEST, DOCKER_MANIFEST],
  [OCI_CONFIG, DOCKER_CONFIG],
  [OCI_GZIP_LAYER, DOCKER_GZIP_LAYER],
];

interface Typed {
  mediaType?: string;
}

function translate({ bytes, digest }: StoredManifest, mediaType: string): ManifestAnswer {
  const toDocker = mediaType === DOCKER_MANIFEST;
  const translations = new Map(PAIRS.map(([oci, docker]) => (toDocker ? [oci, docker] : [docker, oci])));
  const body = JSON.parse(bytes.toString('utf8')) as Typed & { config: Typed; layers: Typed[] };
  for (const descriptor of [body.config, ...body.layers])
    descriptor.mediaType = translations.get(descriptor.mediaType ?? '') ?? descriptor.mediaType;
  body.mediaType = mediaType;
  return { digest, mediaType, bytes: Buffer.from(JSON.stringify(body)) };
}

/**
 * The answer to a read BY TAG from a client that accepts only some media types. ECR then translates between OCI and Docker V2
 * Schema 2, and nothing else: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html . It never
 * translates a read by digest.
 *
 * AWS does not document its answer to a client that doesn't accept an index. Practitioners report the manifest of one platform
 * (https://github.com/island-is/island.is/pull/23091); here that client gets nothing.
 *
 * @returns `undefined` if the client accepts neither the manifest nor its translation
 */
export function answerByTag(
  manifest: StoredManifest,
  accepts: (mediaType: string) => boolean,
): ManifestAnswer | undefined {
  const { mediaType } = manifest;
  if (accepts(mediaType)) return manifest;
  if (mediaType === OCI_MANIFEST && accepts(DOCKER_MANIFEST)) return translate(manifest, DOCKER_MANIFEST);
  if (mediaType === DOCKER_MANIFEST && accepts(OCI_MANIFEST)) return translate(manifest, OCI_MANIFEST);
  return undefined;
}
