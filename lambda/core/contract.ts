/** Names and grammars that the construct, the function and the CLI must agree on; constants only, so that lib/ may import them. */

export const DEFAULT_COMPANION_TAG_SUFFIX = '-dockerv2';

/** Tags of the AWS SOCI index builder end like this; converting them would start a ping-pong between the two services. */
export const SOCI_TAG_SUFFIX = '-soci';

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
export const MAX_TAG_LENGTH = 128;

/** A companion tag's suffix begins with a separator, and its prefix ends with one; each has a letter or digit. */
export const COMPANION_TAG_SUFFIX = /^(?=.*[A-Za-z0-9])[._-][A-Za-z0-9_.-]*$/;
export const COMPANION_TAG_PREFIX = /^(?=.*[A-Za-z0-9])[A-Za-z0-9_][A-Za-z0-9_.-]*[._-]$/;

/** Of a suffix or a prefix: a source tag of up to 64 characters always has room for its companion tag. */
export const MAX_AFFIX_LENGTH = MAX_TAG_LENGTH / 2;

/** A tag or a repository name in which each `*` stands for any characters: what can match one at all. */
export const TAG_PATTERN = /^[A-Za-z0-9_*][A-Za-z0-9_.*-]*$/;
export const REPOSITORY_PATTERN = /^[a-z0-9._/*-]+$/;

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
/**
 * A repository name, as a regular expression without anchors: the pattern of `RepositoryName` in ECR's service model, which is that of
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
 */
export const REPOSITORY_NAME = `${COMPONENT}(?:/${COMPONENT})*`;
/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
export const MAX_REPOSITORY_NAME_LENGTH = 256;

/**
 * Ends the tag of an image that a deployment uses by its digest. The service takes it for a companion tag and leaves it alone, and it is no
 * tag that the service would make, move or delete.
 */
export const DEPLOYED_TAG_SUFFIX = `${DEFAULT_COMPANION_TAG_SUFFIX}-image`;

/** The properties of the custom resource of a `DockerV2Image`. */
export const IMAGE_PROPERTIES = {
  repositoryArn: 'RepositoryArn',
  /** A tag or a digest. */
  reference: 'Reference',
  /** Absent: the tag is made of the digest. */
  companionTag: 'CompanionTag',
  /** Absent: `linux/amd64`, or the only one that the image has. */
  platform: 'Platform',
  uncompressedLayers: 'UncompressedLayers',
  /** Absent: nothing is recompressed. */
  maxRecompressedLayerBytes: 'MaxRecompressedLayerBytes',
} as const;

/** What the custom resource answers. */
export const IMAGE_ATTRIBUTES = {
  /** Without `sha256:`, which the template puts before it: so the CDK sees a digest, and no tag. */
  digestHex: 'DigestHex',
  mediaType: 'MediaType',
} as const;

/** The `source` of every event that the service publishes. */
export const EVENT_SOURCE = 'ecr-oci-remediation';
export const OUTCOME_DETAIL_TYPE = 'Image Remediation';

/** Work that anyone with `events:PutEvents` can request, and that a schedule requests. */
export const REQUESTS = {
  registryAudit: 'Registry Audit Requested',
  repositoryAudit: 'Repository Audit Requested',
  imageRepair: 'Image Repair Requested',
  imageRecompression: 'Image Recompression Requested',
} as const;
/** Requests go where ECR's events go; only outcomes can be sent to another bus. */
export const REQUEST_BUS = 'default';
export const AUDIT_FINISHED_DETAIL_TYPE = 'Repository Audit Finished';

/** A repository with this resource tag is left alone; the role's policy denies writes to it too. */
export const OPT_OUT_TAG = { key: 'ecr-oci-remediation', value: 'disabled' } as const;

/** What a repository chooses for itself, as far as the deployment lets it. */
export const REPOSITORY_SETTINGS = ['platforms', 'companion-for', 'recompress-layers'] as const;
/** Each has a resource tag of its own, such as `ecr-oci-remediation:platforms`. */
export const SETTING_TAG_PREFIX = `${OPT_OUT_TAG.key}:`;

/** A companion of each is put, and the puts of a batch must end in time: lib/ checks the pace for as many. */
export const MAX_REPOSITORY_PLATFORMS = 4;

/** Platforms of Linux images, named as in image-spec: https://github.com/opencontainers/image-spec/blob/main/image-index.md */
export const LINUX_PLATFORMS = [
  'linux/386',
  'linux/amd64',
  'linux/arm/v5',
  'linux/arm/v6',
  'linux/arm/v7',
  'linux/arm64',
  'linux/loong64',
  'linux/mips64le',
  'linux/ppc64le',
  'linux/riscv64',
  'linux/s390x',
] as const;

/** How long the work of one message may take. Its calls end then, and the message goes back to its queue. */
export const LONGEST_WORK_SECONDS = 40;

export const METRIC_NAMESPACE = 'EcrOciRemediation';
export const METRIC_DIMENSION = 'FunctionName';
/** `Pushed` by the media type of the manifest, and `Refused` by reason, have a second dimension. */
export const MEDIA_TYPE_DIMENSION = 'MediaType';
export const REASON_DIMENSION = 'Reason';
export const METRICS = {
  pushed: 'Pushed',
  ociImagesPushed: 'OciImagesPushed',
  converted: 'Converted',
  aliased: 'Aliased',
  unchanged: 'Unchanged',
  skipped: 'Skipped',
  refused: 'Refused',
  recompressing: 'Recompressing',
  recompressed: 'Recompressed',
  recompressedBytes: 'RecompressedBytes',
  failed: 'Failed',
  lifecycleRisk: 'LifecycleRisk',
  outcomesNotPublished: 'OutcomesNotPublished',
  timeToCompanion: 'TimeToCompanion',
  registryCalls: 'RegistryCalls',
} as const;

/** Environment variables of the functions. */
export const ENV = {
  companionTagSuffix: 'COMPANION_TAG_SUFFIX',
  companionTagPrefix: 'COMPANION_TAG_PREFIX',
  platforms: 'PLATFORMS',
  companionFor: 'COMPANION_FOR',
  uncompressedLayers: 'UNCOMPRESSED_LAYERS',
  eventBusName: 'EVENT_BUS_NAME',
  account: 'ACCOUNT_ID',
  partition: 'PARTITION',
  urlSuffix: 'URL_SUFFIX',
  repositories: 'REPOSITORIES',
  excludedRepositories: 'EXCLUDED_REPOSITORIES',
  auditWindowDays: 'AUDIT_WINDOW_DAYS',
  excludedTags: 'EXCLUDED_TAGS',
  deleteOrphanedCompanions: 'DELETE_ORPHANED_COMPANIONS',
  putImagesPerSecond: 'PUT_IMAGES_PER_SECOND',
  auditPutImagesPerSecond: 'AUDIT_PUT_IMAGES_PER_SECOND',
  /** The most bytes of a recompressed layer's tar. Absent: nothing is recompressed. */
  maxRecompressedLayerBytes: 'MAX_RECOMPRESSED_LAYER_BYTES',
  /** Whether only repositories that choose so have their layers recompressed. */
  recompressByTagOnly: 'RECOMPRESS_BY_TAG_ONLY',
  /** What repositories may choose. Absent: nothing. */
  repositorySettings: 'REPOSITORY_SETTINGS',
  /** The value of the one dimension of every metric, where that is not the function's own name. */
  metricFunctionName: 'METRIC_FUNCTION_NAME',
} as const;
