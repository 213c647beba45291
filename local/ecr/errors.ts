import { AwsError } from '../aws/error';

/** ECR words its parameter errors this way: https://github.com/aws/aws-sdk/issues/193 */
export const invalidParameter = (parameter: string, constraint: string): AwsError =>
  new AwsError(
    'InvalidParameterException',
    `Invalid parameter at '${parameter}' failed to satisfy constraint: '${constraint}'`,
  );

/** A manifest media type that ECR does not store. The registry API answers 405 to it: https://github.com/aws/containers-roadmap/issues/2783 */
export class UnsupportedMediaType extends AwsError {
  constructor(mediaType: string) {
    super(
      'InvalidParameterException',
      `Invalid parameter at 'imageManifestMediaType' failed to satisfy constraint: 'Unsupported manifest media type ${mediaType}'`,
    );
  }
}

/** Where an error happened, as AWS's messages say it. */
export interface Place {
  readonly repository: string;
  readonly registryId: string;
}

const at = ({ repository, registryId }: Place) =>
  `the repository with name '${repository}' in the registry with id '${registryId}'`;

export const repositoryNotFound = ({ repository, registryId }: Place): AwsError =>
  new AwsError(
    'RepositoryNotFoundException',
    `The repository with name '${repository}' does not exist in the registry with id '${registryId}'`,
  );

export const layersNotFound = (digests: readonly string[], { repository, registryId }: Place): AwsError =>
  new AwsError(
    'LayersNotFoundException',
    `Layers with digests '[${digests.join(', ')}]' required for pushing image into repository with name '${repository}' in the registry with id '${registryId}' do not exist`,
  );

export const referencedImagesNotFound = (digests: readonly string[], { repository, registryId }: Place): AwsError =>
  new AwsError(
    'ReferencedImagesNotFoundException',
    `Images with digests '[${digests.join(', ')}]' required for pushing image into repository with name '${repository}' in the registry with id '${registryId}' do not exist`,
  );

/** Wording: https://github.com/CircleCI-Public/aws-ecr-orb/issues/261 */
export const imageAlreadyExists = (digest: string, tag: string | undefined, place: Place): AwsError =>
  new AwsError(
    'ImageAlreadyExistsException',
    `Image with digest '${digest}' and tag '${tag ?? null}' already exists in the repository with name '${place.repository}' in registry with id '${place.registryId}'`,
  );

/** Wording: https://github.com/moby/buildkit/issues/3776 */
export const imageTagAlreadyExists = (tag: string, { repository }: Place): AwsError =>
  new AwsError(
    'ImageTagAlreadyExistsException',
    `The image tag '${tag}' already exists in the '${repository}' repository and cannot be overwritten because the repository is immutable.`,
  );

export const imageDigestDoesNotMatch = (given: string, computed: string): AwsError =>
  new AwsError(
    'ImageDigestDoesNotMatchException',
    `The image digest '${given}' does not match the digest '${computed}' calculated from the image manifest`,
  );

export const imageNotFound = (digest: string | undefined, tag: string | undefined, place: Place): AwsError =>
  new AwsError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${digest ?? null}', imageTag:'${tag ?? null}'} does not exist within ${at(place)}`,
  );

export const tooManyTagsOnImage = (digest: string, limit: number, place: Place): AwsError =>
  new AwsError(
    'LimitExceededException',
    `The image with digest '${digest}' in ${at(place)} exceeds the maximum allowed number of tags per image which is '${limit}'`,
  );

export const uploadNotFound = (uploadId: string, place: Place): AwsError =>
  new AwsError('UploadNotFoundException', `The upload with id '${uploadId}' does not exist within ${at(place)}`);

/** Wording: https://github.com/monken/aws-ecr-public/issues/11 */
export const layerNotFound = (digest: string, place: Place): AwsError =>
  new AwsError('LayersNotFoundException', `The layer with digest ${digest} does not exist within ${at(place)}`);
