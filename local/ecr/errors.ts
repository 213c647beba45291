import { AwsError } from '../aws/error';

/** ECR words its parameter errors this way: https://github.com/aws/aws-sdk/issues/193 */
export const invalidParameter = (parameter: string, constraint: string): AwsError =>
  new AwsError(
    'InvalidParameterException',
    `Invalid parameter at '${parameter}' failed to satisfy constraint: '${constraint}'`,
  );

/** The repository of an error, as AWS's messages name it. */
export interface RepositoryId {
  readonly repository: string;
  readonly registryId: string;
}

const repositoryOf = ({ repository, registryId }: RepositoryId): string =>
  `repository with name '${repository}' in the registry with id '${registryId}'`;

export const repositoryNotFound = ({ repository, registryId }: RepositoryId): AwsError =>
  new AwsError(
    'RepositoryNotFoundException',
    `The repository with name '${repository}' does not exist in the registry with id '${registryId}'`,
  );

export const repositoryNotEmpty = (id: RepositoryId): AwsError =>
  new AwsError(
    'RepositoryNotEmptyException',
    `The ${repositoryOf(id)} cannot be deleted because it still contains images`,
  );

const requiredFor = (id: RepositoryId): string => `required for pushing image into ${repositoryOf(id)} do not exist`;

export const layersNotFound = (digests: readonly string[], id: RepositoryId): AwsError =>
  new AwsError('LayersNotFoundException', `Layers with digests '[${digests.join(', ')}]' ${requiredFor(id)}`);

export const referencedImagesNotFound = (digests: readonly string[], id: RepositoryId): AwsError =>
  new AwsError('ReferencedImagesNotFoundException', `Images with digests '[${digests.join(', ')}]' ${requiredFor(id)}`);

/** Wording: https://github.com/CircleCI-Public/aws-ecr-orb/issues/261 */
export const imageAlreadyExists = (digest: string, tag: string | undefined, id: RepositoryId): AwsError =>
  new AwsError(
    'ImageAlreadyExistsException',
    `Image with digest '${digest}' and tag '${tag ?? null}' already exists in the repository with name '${id.repository}' in registry with id '${id.registryId}'`,
  );

/** Wording: https://github.com/moby/buildkit/issues/3776 */
export const imageTagAlreadyExists = (tag: string, { repository }: RepositoryId): AwsError =>
  new AwsError(
    'ImageTagAlreadyExistsException',
    `The image tag '${tag}' already exists in the '${repository}' repository and cannot be overwritten because the repository is immutable.`,
  );

export const imageDigestDoesNotMatch = (given: string, computed: string): AwsError =>
  new AwsError(
    'ImageDigestDoesNotMatchException',
    `The image digest '${given}' does not match the digest '${computed}' calculated from the image manifest`,
  );

export const imageNotFound = (digest: string | undefined, tag: string | undefined, id: RepositoryId): AwsError =>
  new AwsError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${digest ?? null}', imageTag:'${tag ?? null}'} does not exist within the ${repositoryOf(id)}`,
  );

export const tooManyTagsOnImage = (digest: string, limit: number, id: RepositoryId): AwsError =>
  new AwsError(
    'LimitExceededException',
    `The image with digest '${digest}' in the ${repositoryOf(id)} exceeds the maximum allowed number of tags per image which is '${limit}'`,
  );

/** AWS documents the exception, and not its text. */
export const tooManyResourceTags = (limit: number, id: RepositoryId): AwsError =>
  new AwsError('TooManyTagsException', `The ${repositoryOf(id)} can have at most ${limit} resource tags`);

/** Of a key that is disabled, or whose policy or grants leave ECR out. AWS documents the exception, and not its text. */
export const kmsFailure = ({ repository }: RepositoryId): AwsError =>
  new AwsError('KmsException', `The KMS key of the repository '${repository}' can't be used`, {
    kmsError: 'DisabledException',
  });

/** Wording: https://github.com/monken/aws-ecr-public/issues/11 */
export const layerNotFound = (digest: string, id: RepositoryId): AwsError =>
  new AwsError(
    'LayersNotFoundException',
    `The layer with digest ${digest} does not exist within the ${repositoryOf(id)}`,
  );

const layerUploadOf = ({ repository, registryId }: RepositoryId) => ({ registryId, repositoryName: repository });

export const uploadNotFound = (uploadId: string, id: RepositoryId): AwsError =>
  new AwsError(
    'UploadNotFoundException',
    `The upload with id '${uploadId}' does not exist within the ${repositoryOf(id)}`,
  );

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UploadLayerPart.html */
export const invalidLayerPart = (uploadId: string, lastValidByteReceived: number, id: RepositoryId): AwsError =>
  new AwsError(
    'InvalidLayerPartException',
    'The layer part size is not valid, or the first byte specified is not consecutive to the last byte of a previous layer part upload',
    { ...layerUploadOf(id), uploadId, lastValidByteReceived },
  );

export const invalidLayer = (given: string, computed: string): AwsError =>
  new AwsError(
    'InvalidLayerException',
    `Layer digest '${given}' does not match the digest '${computed}' calculated from the uploaded layer`,
  );

export const layerAlreadyExists = (digest: string, id: RepositoryId): AwsError =>
  new AwsError(
    'LayerAlreadyExistsException',
    `Layer with digest '${digest}' already exists in the ${repositoryOf(id)}`,
  );
