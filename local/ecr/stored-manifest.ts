import { sha256 } from './digest';
import { invalidParameter, UnsupportedMediaType } from './errors';
import { isImageConfig, isIndex, isManifestMediaType, isSchema1 } from './media-types';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: unknown; readonly architecture: unknown };
}

/** A manifest or index exactly as it was pushed, with what the registry had to read of it. */
export interface StoredManifest {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly mediaType: string;
  /** The config's media type; absent for an index and for schema 1. */
  readonly artifactMediaType?: string;
  readonly subjectDigest?: string;
  readonly config?: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly manifests: readonly Descriptor[];
}

type JsonObject = Readonly<Record<string, unknown>>;

const invalidSyntax = () => invalidParameter('ImageManifest', 'Invalid JSON syntax');

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(bytes: Uint8Array): JsonObject {
  try {
    // Without ignoreBOM a leading byte order mark would vanish here and stay in the stored bytes.
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    if (isObject(value)) return value;
  } catch {
    // Falls through: not UTF-8 and not JSON are one error to ECR.
  }
  throw invalidSyntax();
}

function descriptor(value: unknown): Descriptor {
  if (!isObject(value) || typeof value.digest !== 'string') throw invalidSyntax();
  return {
    mediaType: typeof value.mediaType === 'string' ? value.mediaType : '',
    digest: value.digest,
    size: typeof value.size === 'number' ? value.size : 0,
    ...(isObject(value.platform)
      ? { platform: { os: value.platform.os, architecture: value.platform.architecture } }
      : {}),
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
 * The body's own `mediaType` and the one that came with the request must not contradict each other, and one of them must be there:
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
 * Reads what was pushed. The digest of a signed schema 1 manifest is, unlike in a full registry, taken over the signatures too: it is kept only
 * so that something old can be stored.
 *
 * @param declared the media type that the request named, if it did
 * @throws AwsError `InvalidParameterException` when it is not a manifest that ECR stores
 */
export function readManifest(bytes: Buffer, declared: string | undefined): StoredManifest {
  const body = parse(bytes);
  const mediaType = mediaTypeOf(body, declared);
  const common = {
    bytes,
    digest: sha256(bytes),
    mediaType,
    ...(isObject(body.subject) ? { subjectDigest: descriptor(body.subject).digest } : {}),
  };
  if (isSchema1(mediaType)) return { ...common, layers: schema1Layers(body.fsLayers), manifests: [] };
  if (body.schemaVersion !== 2) throw invalidSyntax();
  if (isIndex(mediaType)) return { ...common, layers: [], manifests: descriptors(body.manifests) };
  const config = descriptor(body.config);
  const layers = descriptors(body.layers);
  // https://github.com/werf/werf/pull/2558 met this message; whether ECR also refuses a layerless artifact is not known, so only images are.
  if (layers.length === 0 && isImageConfig(config.mediaType)) {
    throw invalidParameter('ImageManifest', 'Image has to have at least 1 layer');
  }
  return { ...common, artifactMediaType: config.mediaType, config, layers, manifests: [] };
}
