import type { RefusalReason, SkipReason } from '../../lambda/core/reasons';

/**
 * How a repair ends when a call of it answers an error: as an outcome with this reason, as if nothing had been, or with the message back in
 * the queue, which after five times is a dead letter.
 */
export type End =
  | RefusalReason
  | SkipReason
  | 'converted'
  | 'done'
  | 'retried'
  | 'begun again'
  | 'repaired, not published';

type Ends = Readonly<Record<string, End>>;

/**
 * The one classification, said a second time: permanent is what the same call will be told again for as long as the image is the same and
 * nobody changes the repository. Where ECR does not say, the queue tries again and a person sees the dead letter.
 */
export const ECR_ERRORS = {
  BatchGetImage: {
    InvalidParameterException: 'retried',
    LimitExceededException: 'retried',
    RepositoryNotFoundException: 'repository-gone',
    ServerException: 'retried',
    UnableToGetUpstreamImageException: 'pull-through-cache',
  },
  DescribeImages: {
    ImageNotFoundException: 'retried',
    InvalidParameterException: 'retried',
    RepositoryNotFoundException: 'repository-gone',
    ServerException: 'retried',
  },
  BatchDeleteImage: {
    InvalidParameterException: 'retried',
    RepositoryNotFoundException: 'repository-gone',
    ServerException: 'retried',
  },
  DescribePullThroughCacheRules: {
    InvalidParameterException: 'retried',
    PullThroughCacheRuleNotFoundException: 'retried',
    ServerException: 'retried',
    ValidationException: 'retried',
  },
  DescribeRepositories: {
    // The request has the token of a page, which ECR may no longer know.
    InvalidParameterException: 'begun again',
    RepositoryNotFoundException: 'retried',
    ServerException: 'retried',
  },
  GetDownloadUrlForLayer: {
    InvalidParameterException: 'retried',
    LayerInaccessibleException: 'layers-missing',
    LayersNotFoundException: 'layers-missing',
    RepositoryNotFoundException: 'repository-gone',
    ServerException: 'retried',
    UnableToGetUpstreamLayerException: 'pull-through-cache',
  },
  // Asked when the companion is put: whatever it answers, the companion stays.
  GetLifecyclePolicy: {
    InvalidParameterException: 'converted',
    LifecyclePolicyNotFoundException: 'converted',
    RepositoryNotFoundException: 'converted',
    ServerException: 'converted',
    ValidationException: 'converted',
  },
  ListTagsForResource: {
    InvalidParameterException: 'retried',
    RepositoryNotFoundException: 'repository-gone',
    ServerException: 'retried',
  },
  PutImage: {
    ImageAlreadyExistsException: 'converted',
    ImageDigestDoesNotMatchException: 'retried',
    ImageTagAlreadyExistsException: 'tag-immutable',
    InvalidParameterException: 'rejected-by-registry',
    KmsException: 'kms-key',
    LayersNotFoundException: 'layers-missing',
    LimitExceededException: 'limit-exceeded',
    ReferencedImagesNotFoundException: 'rejected-by-registry',
    RepositoryNotFoundException: 'repository-gone',
    ServerException: 'retried',
  },
} as const satisfies Readonly<Record<string, Ends>>;

/** Those of a recompression. What may be otherwise for the next upload is tried again. */
export const LAYER_ERRORS = {
  BatchCheckLayerAvailability: {
    InvalidParameterException: 'retried',
    RepositoryNotFoundException: 'repository-gone',
    ServerException: 'retried',
  },
  InitiateLayerUpload: {
    InvalidParameterException: 'retried',
    KmsException: 'kms-key',
    RepositoryNotFoundException: 'repository-gone',
    ServerException: 'retried',
  },
  UploadLayerPart: {
    InvalidLayerPartException: 'retried',
    InvalidParameterException: 'retried',
    KmsException: 'kms-key',
    LimitExceededException: 'limit-exceeded',
    RepositoryNotFoundException: 'repository-gone',
    ServerException: 'retried',
    UploadNotFoundException: 'retried',
  },
  CompleteLayerUpload: {
    EmptyUploadException: 'retried',
    InvalidLayerException: 'retried',
    InvalidParameterException: 'retried',
    KmsException: 'kms-key',
    LayerAlreadyExistsException: 'done',
    LayerPartTooSmallException: 'retried',
    RepositoryNotFoundException: 'repository-gone',
    ServerException: 'retried',
    UploadNotFoundException: 'retried',
  },
} as const satisfies Readonly<Record<string, Ends>>;

/** An outcome: the companion is right by then, so the message must not come back. */
export const OUTCOME_ERRORS = { InternalException: 'repaired, not published' } as const satisfies Ends;
/** What an audit asks for would be lost with the event. */
export const REQUEST_ERRORS = { InternalException: 'retried' } as const satisfies Ends;

/** What BatchGetImage says of one image of several, beside the answer. */
export const FAILURE_CODES: Ends = {
  ImageInaccessible: 'image-inaccessible',
  ImageNotFound: 'source-gone',
  ImageReferencedByManifestList: 'retried',
  ImageTagDoesNotMatchDigest: 'retried',
  InvalidImageDigest: 'retried',
  InvalidImageTag: 'retried',
  KmsError: 'kms-key',
  MissingDigestAndTag: 'retried',
  UpstreamAccessDenied: 'pull-through-cache',
  UpstreamTooManyRequests: 'pull-through-cache',
  UpstreamUnavailable: 'pull-through-cache',
};

/** What every operation can answer and no model lists: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html */
const COMMON = [
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InternalFailure',
  'MalformedHttpRequestException',
  'NotAuthorized',
  'OptInRequired',
  'RequestAbortedException',
  'RequestEntityTooLargeException',
  'RequestExpired',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'ThrottlingException',
  'UnknownOperationException',
  'UnrecognizedClientException',
  'ValidationError',
];
export const commonErrors = (end: End): Ends => Object.fromEntries(COMMON.map((name) => [name, end]));

/** Those of ECR's: what is denied is decided in one attempt. */
export const COMMON_ECR_ERRORS: Ends = { ...commonErrors('retried'), AccessDeniedException: 'access-denied' };
