import { isObject, type JsonObject } from '../aws/json';
import { digestOf } from './digest';
import { invalidParameter } from './errors';
import { isImageConfig, isIndex, isManifestMediaType } from './media-types';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** A manifest or index exactly as it was pushed, with the fields that the registry needs. */
export interface StoredManifest {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly mediaType: string;
  /** The config's media type; an index has none. */
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
  const { mediaType, digest, size } = value;
  return {
    mediaType: typeof mediaType === 'string' ? mediaType : '',
    digest,
    size: typeof size === 'number' ? size : 0,
  };
}

function descriptors(value: unknown): Descriptor[] {
  if (!Array.isArray(value)) throw invalidSyntax();
  return value.map(descriptor);
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
  if (!isManifestMediaType(mediaType))
    throw invalidParameter('imageManifestMediaType', `Unsupported manifest media type ${mediaType}`);
  return mediaType;
}

/**
 * Reads a pushed manifest. ECR also stores Docker's schema 1; this doesn't.
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
    subjectDigest: isObject(body.subject) ? descriptor(body.subject).digest : undefined,
  };
  if (body.schemaVersion !== 2) throw invalidSyntax();
  if (isIndex(mediaType)) return { ...common, layers: [], manifests: descriptors(body.manifests) };
  const config = descriptor(body.config);
  const layers = descriptors(body.layers);
  // https://github.com/werf/werf/pull/2558 has this message. Nobody reports whether ECR also refuses an artifact without layers, so this refuses images only.
  if (layers.length === 0 && isImageConfig(config.mediaType))
    throw invalidParameter('ImageManifest', 'Image has to have at least 1 layer');
  return { ...common, artifactMediaType: config.mediaType, config, layers, manifests: [] };
}
