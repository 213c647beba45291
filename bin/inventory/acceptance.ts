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

/** AWS services that run images, and don't accept all of them. */
export const CONSUMERS = ['sagemaker', 'lambda'] as const;
export type Consumer = (typeof CONSUMERS)[number];
export const CONSUMER_NAMES: Readonly<Record<Consumer, string>> = {
  sagemaker: 'SageMaker CreateModel',
  lambda: 'AWS Lambda',
};

/** `unknown`: there is no report of it, or the manifest can't be read. */
export interface Acceptance {
  readonly verdict: 'accepted' | 'refused' | 'unknown';
  /** One clause: why, and what to do if that isn't obvious. */
  readonly why: string;
  /** The report or document behind it. */
  readonly evidence?: string;
}

/** What a consumer decides by. */
export interface ImageToAccept {
  /** As ECR has it. */
  readonly mediaType: string;
  /** Absent if only the media type is known, as from a listing. */
  readonly manifest?: Manifest | Refusal;
  /** The URI that the consumer would get, which can be too long. */
  readonly uri?: string;
}

const SAGEMAKER_OCI = 'https://github.com/aws/amazon-sagemaker-feedback/issues/180';
const LAMBDA_INDEX = 'https://github.com/aws/aws-lambda-roadmap/issues/82';
const LAMBDA_LIST = 'https://github.com/boto/boto3/issues/3255';
const LAMBDA_UNCOMPRESSED = 'https://github.com/aspect-build/rules_aws/issues/145';
const LAMBDA_SIZE = 'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html';
const SAGEMAKER_URI = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html';

const MAX_SAGEMAKER_URI = 255;
/** Uncompressed, so an image that is larger when compressed is certainly too large. */
const MAX_LAMBDA_BYTES = 10 * 1024 ** 3;

const accepted = (why: string): Acceptance => ({ verdict: 'accepted', why });
const unknown = (why: string): Acceptance => ({ verdict: 'unknown', why });
const refused = (why: string, evidence?: string): Acceptance => ({
  verdict: 'refused',
  why,
  ...(evidence ? { evidence } : {}),
});

/** Whether a consumer accepts an image, according to documents and reports. No AWS service is asked. */
export const acceptanceOf = (consumer: Consumer, image: ImageToAccept): Acceptance =>
  consumer === 'sagemaker' ? bySageMaker(image) : byLambda(image);

function bySageMaker({ mediaType, manifest, uri }: ImageToAccept): Acceptance {
  const notAnImage = whyNotAnImage(manifest);
  if (notAnImage) return refused(notAnImage);
  if (mediaType === OCI_INDEX) return refused('it refuses OCI indexes', SAGEMAKER_OCI);
  if (mediaType === OCI_MANIFEST) return refused('it refuses OCI manifests', SAGEMAKER_OCI);
  if (uri && uri.length > MAX_SAGEMAKER_URI)
    return refused(`the URI has ${uri.length} characters, and it takes ${MAX_SAGEMAKER_URI}`, SAGEMAKER_URI);
  if (manifest instanceof Refusal) return unreadable(manifest);
  if (mediaType === DOCKER_LIST) return unreported('a Docker manifest list');
  if (SCHEMA_1.includes(mediaType)) return unreported('Docker V2 Schema 1');
  if (manifest?.kind !== 'image') return byMediaTypeAlone(mediaType);
  return byLayers(manifest) ?? (hasUncompressedLayer(manifest) ? unreported('uncompressed layers') : dockerImage);
}

function byLambda({ mediaType, manifest }: ImageToAccept): Acceptance {
  const notAnImage = whyNotAnImage(manifest);
  if (notAnImage) return refused(notAnImage);
  if (mediaType === OCI_INDEX) return refused('it refuses every index, even of one platform', LAMBDA_INDEX);
  if (mediaType === DOCKER_LIST) return refused('it refuses manifest lists', LAMBDA_LIST);
  if (manifest instanceof Refusal) return unreadable(manifest);
  if (SCHEMA_1.includes(mediaType)) return unreported('Docker V2 Schema 1');
  if (manifest?.kind !== 'image') return byMediaTypeAlone(mediaType);
  const bytes = manifest.layers.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MAX_LAMBDA_BYTES) return refused('its layers have more than 10 GB', LAMBDA_SIZE);
  if (hasUncompressedLayer(manifest))
    return refused('it refuses uncompressed layers in a Docker manifest', LAMBDA_UNCOMPRESSED);
  return byLayers(manifest) ?? (isDocker(manifest) ? dockerImage : accepted('it accepts OCI manifests'));
}

const dockerImage = accepted('a Docker V2 Schema 2 manifest');
const unreported = (what: string) => unknown(`there is no report of whether it accepts ${what}`);
const unreadable = ({ detail }: Refusal) => unknown(`the manifest can't be read safely: ${detail}`);
const hasUncompressedLayer = ({ layers }: ImageManifest) =>
  layers.some(({ mediaType }) => mediaType === UNCOMPRESSED_DOCKER_LAYER);

function whyNotAnImage(manifest: Manifest | Refusal | undefined): string | undefined {
  if (!manifest || manifest instanceof Refusal) return undefined;
  if (manifest.kind === 'artifact') return `not a container image, but an artifact of type ${manifest.artifactType}`;
  return manifest.kind === 'build-cache' ? 'not a container image, but a BuildKit cache' : undefined;
}

/** What stands in the way below the manifest's own media type, if anything. */
function byLayers({ mediaType, config, layers }: ImageManifest): Acceptance | undefined {
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

function byMediaTypeAlone(mediaType: string): Acceptance {
  if (isOci(mediaType)) return accepted('it accepts OCI manifests, if their layers are gzip');
  return accepted('a Docker V2 manifest, if its layers are gzip');
}
