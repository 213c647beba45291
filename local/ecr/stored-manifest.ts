import { isObject, type JsonObject } from '../aws/json';
import { digestOf } from './digest';
import { invalidParameter, UnsupportedMediaType } from './errors';
import { isImageConfig, isIndex, isManifestMediaType, isSchema1 } from './media-types';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: unknown; readonly architecture: unknown };
}

/** A manifest or index exactly as it was pushed, with the fields that the registry needs. */
export interface StoredManifest {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly mediaType: string;
  /** The config's media type; an index and a schema 1 manifest have none. */
  readonly artifactMediaType?: string;
  readonly subjectDigest?: string;
  readonly config?: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly manifests: readonly Descriptor[];
}

const invalidSyntax = () => invalidParameter('ImageManifest', 'Invalid JSON syntax');

function parse(bytes: Uint8Array): JsonObject {
  try {
    // Without ignoreBOM a leading byte order mark would vanish here and stay in the stored bytes.
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    if (isObject(value)) return value;
  } catch {
    // To ECR, "not UTF-8" and "not JSON" are one error.
  }
  throw invalidSyntax();
}

function descriptor(value: unknown): Descriptor {
  if (!isObject(value) || typeof value.digest !== 'string') throw invalidSyntax();
  const { mediaType, digest, size, platform } = value;
  return {
    mediaType: typeof mediaType === 'string' ? mediaType : '',
    digest,
    size: typeof size === 'number' ? size : 0,
    ...(isObject(platform) ? { platform: { os: platform.os, architecture: platform.architecture } } : {}),
  };
}

function descriptors(value: unknown): Descriptor[] {
  if (!Array.isArray(value)) throw invalidSyntax();
  return value.map(descriptor);
}

function schema1Layers(value: unknown): Descriptor[] {
  if (!Array.isArray(value)) throw invalidSyntax();
  return value.map((layer: unknown) => descriptor(isObject(layer) ? { digest: layer.blobSum } : layer));
}

/**
 * The body's own `mediaType` and that of the request must not contradict each other, and one of them must be there:
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html , https://github.com/aws/containers-roadmap/issues/1873 .
 * kaniko writes `"mediaType": ""`, which counts as absent.
 */
function mediaTypeOf(body: JsonObject, declared: string | undefined): string {
  const inner = typeof body.mediaType === 'string' && body.mediaType !== '' ? body.mediaType : undefined;
  const mediaType = inner ?? declared;
  if (mediaType === undefined) throw invalidSyntax();
  if (declared !== undefined && declared !== mediaType) {
    throw invalidParameter(
      'imageManifestMediaType',
      `'${declared}' does not match the mediaType '${mediaType}' in the manifest`,
    );
  }
  if (!isManifestMediaType(mediaType)) throw new UnsupportedMediaType(mediaType);
  return mediaType;
}

/**
 * Reads a pushed manifest. A full registry leaves the signatures out of the digest of a signed schema 1 manifest; this one
 * doesn't: such manifests are here only so that the function meets something old.
 *
 * @param declared the media type of the request, if it has one
 * @throws AwsError `InvalidParameterException` if ECR wouldn't store it
 */
export function readManifest(bytes: Buffer, declared: string | undefined): StoredManifest {
  const body = parse(bytes);
  const mediaType = mediaTypeOf(body, declared);
  const common = {
    bytes,
    digest: digestOf(bytes),
    mediaType,
    ...(isObject(body.subject) ? { subjectDigest: descriptor(body.subject).digest } : {}),
  };
  if (isSchema1(mediaType)) return { ...common, layers: schema1Layers(body.fsLayers), manifests: [] };
  if (body.schemaVersion !== 2) throw invalidSyntax();
  if (isIndex(mediaType)) return { ...common, layers: [], manifests: descriptors(body.manifests) };
  const config = descriptor(body.config);
  const layers = descriptors(body.layers);
  // https://github.com/werf/werf/pull/2558 has this message. Nobody reports whether ECR also refuses an artifact without layers, so this refuses images only.
  if (layers.length === 0 && isImageConfig(config.mediaType)) {
    throw invalidParameter('ImageManifest', 'Image has to have at least 1 layer');
  }
  return { ...common, artifactMediaType: config.mediaType, config, layers, manifests: [] };
}
