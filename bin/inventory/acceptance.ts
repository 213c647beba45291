import { isDocker } from '../../lambda/core/manifest/convert';
import type { ImageManifest, Manifest } from '../../lambda/core/manifest/manifest';
import {
  DOCKER_LIST,
  isForeignLayer,
  isOci,
  OCI_INDEX,
  OCI_MANIFEST,
  SCHEMA_1,
  UNCOMPRESSED_DOCKER_LAYER,
} from '../../lambda/core/manifest/media-types';
import { Refusal } from '../../lambda/core/reasons';

/** What somebody gives an image to. */
export const CONSUMERS = ['sagemaker', 'lambda'] as const;
export type Consumer = (typeof CONSUMERS)[number];
export const CONSUMER_NAMES: Readonly<Record<Consumer, string>> = {
  sagemaker: 'SageMaker CreateModel',
  lambda: 'AWS Lambda',
};

/** `unknown`: nobody has reported it, or the manifest cannot be read. */
export interface Acceptance {
  readonly verdict: 'accepted' | 'refused' | 'unknown';
  /** One clause: why, and where it is not obvious what to do. */
  readonly why: string;
  /** The report or document that this rests on; none where there is none. */
  readonly evidence?: string;
}

export interface Judged {
  /** As ECR names it. */
  readonly mediaType: string;
  /** What the manifest says; absent if only its media type is known. */
  readonly manifest?: Manifest | Refusal;
  /** The URI that would be given to the consumer, if its length shall count. */
  readonly uri?: string;
}

const SAGEMAKER_OCI = 'https://github.com/aws/amazon-sagemaker-feedback/issues/180';
const LAMBDA_INDEX = 'https://github.com/aws/aws-lambda-roadmap/issues/82';
const LAMBDA_LIST = 'https://github.com/boto/boto3/issues/3255';
const LAMBDA_UNCOMPRESSED = 'https://github.com/aspect-build/rules_aws/issues/145';
const LAMBDA_SIZE = 'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html';
const SAGEMAKER_URI = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html';

const MAX_SAGEMAKER_URI = 255;
/** Uncompressed, so an image with more than this compressed is certainly too large. */
const MAX_LAMBDA_BYTES = 10 * 1024 ** 3;

const accepted = (why: string): Acceptance => ({ verdict: 'accepted', why });
const unknown = (why: string): Acceptance => ({ verdict: 'unknown', why });
const refused = (why: string, evidence?: string): Acceptance => ({
  verdict: 'refused',
  why,
  ...(evidence ? { evidence } : {}),
});

/** Whether a consumer takes an image, as far as anybody has documented or reported it. No AWS service is asked. */
export function acceptanceOf(consumer: Consumer, judged: Judged): Acceptance {
  return consumer === 'sagemaker' ? bySageMaker(judged) : byLambda(judged);
}

function bySageMaker({ mediaType, manifest, uri }: Judged): Acceptance {
  const notAnImage = whyNotAnImage(manifest);
  if (notAnImage) return refused(notAnImage);
  if (mediaType === OCI_INDEX) return refused('it refuses OCI indexes', SAGEMAKER_OCI);
  if (mediaType === OCI_MANIFEST) return refused('it refuses OCI manifests', SAGEMAKER_OCI);
  if (uri && uri.length > MAX_SAGEMAKER_URI)
    return refused(`the URI has ${uri.length} characters, it takes ${MAX_SAGEMAKER_URI}`, SAGEMAKER_URI);
  if (manifest instanceof Refusal) return unreadable(manifest);
  if (mediaType === DOCKER_LIST) return unknown('nobody has reported whether it takes a Docker manifest list');
  if (SCHEMA_1.includes(mediaType)) return unknown('nobody has reported whether it takes Docker V2 Schema 1');
  if (manifest?.kind !== 'image') return unread(mediaType);
  return ofLayers(manifest) ?? (hasUncompressedLayer(manifest) ? unreported('uncompressed layers') : dockerImage);
}

function byLambda({ mediaType, manifest }: Judged): Acceptance {
  const notAnImage = whyNotAnImage(manifest);
  if (notAnImage) return refused(notAnImage);
  if (mediaType === OCI_INDEX) return refused('it refuses every index, also of one platform', LAMBDA_INDEX);
  if (mediaType === DOCKER_LIST) return refused('it refuses manifest lists', LAMBDA_LIST);
  if (manifest instanceof Refusal) return unreadable(manifest);
  if (SCHEMA_1.includes(mediaType)) return unknown('nobody has reported whether it takes Docker V2 Schema 1');
  if (manifest?.kind !== 'image') return unread(mediaType);
  const bytes = manifest.layers.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MAX_LAMBDA_BYTES) return refused('its layers have more than 10 GB', LAMBDA_SIZE);
  if (hasUncompressedLayer(manifest))
    return refused('it refuses uncompressed layers in a Docker manifest', LAMBDA_UNCOMPRESSED);
  return ofLayers(manifest) ?? (isDocker(manifest) ? dockerImage : accepted('it takes OCI manifests'));
}

const dockerImage = accepted('a Docker V2 Schema 2 manifest');
const unreported = (what: string) => unknown(`nobody has reported whether it takes ${what}`);
const unreadable = ({ detail }: Refusal) => unknown(`the manifest cannot be read safely: ${detail}`);
const hasUncompressedLayer = ({ layers }: ImageManifest) =>
  layers.some(({ mediaType }) => mediaType === UNCOMPRESSED_DOCKER_LAYER);

function whyNotAnImage(manifest: Manifest | Refusal | undefined): string | undefined {
  if (!manifest || manifest instanceof Refusal) return undefined;
  if (manifest.kind === 'artifact') return `it is no container image, but an artifact of type ${manifest.artifactType}`;
  return manifest.kind === 'build-cache' ? 'it is no container image, but a BuildKit cache' : undefined;
}

/** What stands in the way below the manifest's own media type; nothing if all is usual. */
function ofLayers({ mediaType, config, layers }: ImageManifest): Acceptance | undefined {
  if (layers.length === 0) return unreported('an image without layers');
  const types = layers.map((layer) => layer.mediaType);
  if (types.some((type) => type.endsWith('+encrypted'))) return unreported('encrypted layers');
  if (types.some((type) => /[+.]zstd$/.test(type))) return unreported('layers compressed with zstd');
  if (types.some(isForeignLayer)) return unreported('layers that are stored elsewhere');
  const all = [config.mediaType, ...types];
  const oci = all.filter(isOci).length;
  if (oci === (isOci(mediaType) ? all.length : 0)) return undefined;
  return unreported('a manifest that mixes OCI and Docker media types');
}

/** By the media type of the manifest alone, as a listing tells it. */
function unread(mediaType: string): Acceptance {
  if (isOci(mediaType)) return accepted('it takes OCI manifests, as far as their layers are gzip');
  return accepted('a Docker V2 manifest, as far as its layers are gzip');
}
