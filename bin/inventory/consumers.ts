/** What AWS services do with images, one row for each service. Only reports and documents count here; no service is asked. */

/** What a service's answer can depend on, in words that go after "it accepts". */
export const TRAITS = {
  'docker-manifest': 'Docker V2 Schema 2 manifests',
  'oci-manifest': 'OCI manifests',
  'docker-list': 'Docker manifest lists',
  'oci-index': 'OCI indexes',
  'docker-v1': 'Docker V2 Schema 1',
  'no-layers': 'images without layers',
  'zstd-layers': 'layers compressed with zstd',
  'uncompressed-docker-layers': 'uncompressed layers in a Docker manifest',
  'uncompressed-oci-layers': 'uncompressed layers in an OCI manifest',
  'foreign-layers': 'layers that are stored elsewhere',
  'encrypted-layers': 'encrypted layers',
  'mixed-media-types': 'manifests that mix OCI and Docker media types',
} as const;
export type Trait = keyof typeof TRAITS;

/** The page behind a verdict. */
export interface Evidence {
  readonly url: string;
  /** Of the report; for a page of documentation, which has no date, the day when it was read. */
  readonly date: string;
}

interface Limit<T> {
  readonly limit: T;
  readonly evidence: Evidence;
}

export interface ConsumerRow {
  readonly name: string;
  /** Short enough for the head of a column. */
  readonly column: string;
  /** A trait that is in neither of these is not known. */
  readonly accepts: Partial<Record<Trait, Evidence>>;
  readonly refuses: Partial<Record<Trait, Evidence>>;
  /** The one platform that it takes. @default any */
  readonly onlyPlatform?: Limit<string>;
  /** @default any length */
  readonly uriCharacters?: Limit<number>;
  /** Of all layers as stored. @default any size */
  readonly layerBytes?: Limit<number>;
}

const SAGEMAKER_LAB = {
  url: 'https://github.com/kurosawa-kuro/multicloud-ml-platform-lab/blob/main/docs/comparison/02_sagemaker.md',
  date: '2026-08-01',
};
const SAGEMAKER_REQUEST = 'https://github.com/aws/amazon-sagemaker-feedback/issues/180';
const LAMBDA_GUIDE = {
  url: 'https://docs.aws.amazon.com/lambda/latest/dg/images-create.html',
  date: '2026-11-24',
};
const LAMBDA_LAYERS = { url: 'https://github.com/aspect-build/rules_aws/pull/145', date: '2026-08-07' };
const AGENTCORE_GUIDE = {
  url: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/getting-started-custom.html',
  date: '2026-11-24',
};
const SCANNABLE_TYPES = { url: 'https://github.com/prowler-cloud/prowler/pull/4507', date: '2024-07-22' };

const ROWS = {
  sagemaker: {
    name: 'SageMaker CreateModel',
    column: 'SAGEMAKER',
    accepts: { 'docker-manifest': SAGEMAKER_LAB },
    refuses: {
      'oci-manifest': { url: SAGEMAKER_REQUEST, date: '2025-04-28' },
      'oci-index': SAGEMAKER_LAB,
    },
    uriCharacters: {
      limit: 255,
      evidence: {
        url: 'https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html',
        date: '2026-11-21',
      },
    },
  },
  'sagemaker-training': {
    name: 'SageMaker training',
    column: 'TRAINING',
    accepts: { 'docker-manifest': SAGEMAKER_LAB, 'oci-manifest': SAGEMAKER_LAB, 'oci-index': SAGEMAKER_LAB },
    refuses: {},
  },
  lambda: {
    name: 'AWS Lambda',
    column: 'LAMBDA',
    accepts: {
      'docker-manifest': LAMBDA_GUIDE,
      'oci-manifest': LAMBDA_GUIDE,
      'uncompressed-oci-layers': LAMBDA_LAYERS,
    },
    refuses: {
      'oci-index': { url: 'https://github.com/aws/aws-lambda-roadmap/issues/82', date: '2025-12-13' },
      'docker-list': { url: 'https://github.com/boto/boto3/issues/3255', date: '2022-05-05' },
      'uncompressed-docker-layers': LAMBDA_LAYERS,
      'zstd-layers': {
        url: 'https://github.com/cdklabs/deploy-time-build/blob/main/src/container-image-build.ts',
        date: '2026-06-01',
      },
    },
    // Of the uncompressed image, so one that is larger when compressed is certainly too large.
    layerBytes: { limit: 10 * 1024 ** 3, evidence: LAMBDA_GUIDE },
  },
  agentcore: {
    name: 'Bedrock AgentCore',
    column: 'AGENTCORE',
    accepts: { 'docker-manifest': AGENTCORE_GUIDE },
    refuses: {},
    onlyPlatform: { limit: 'linux/arm64', evidence: AGENTCORE_GUIDE },
  },
  'ecr-scan': {
    name: 'ECR basic scanning',
    column: 'ECR-SCAN',
    accepts: { 'docker-manifest': SCANNABLE_TYPES, 'oci-manifest': SCANNABLE_TYPES },
    refuses: {
      'oci-index': { url: 'https://github.com/alexjurkiewicz/ecr-scan-image/issues/43', date: '2023-11-14' },
    },
  },
} as const satisfies Record<string, ConsumerRow>;

export type Consumer = keyof typeof ROWS;
export const CONSUMERS: Readonly<Record<Consumer, ConsumerRow>> = ROWS;
export const CONSUMER_IDS = Object.keys(ROWS) as readonly Consumer[];
