import { TransientFailure } from '../../lambda/core/errors';

const OF_ONE_REPOSITORY: readonly string[] = [
  'AccessDeniedException',
  'InvalidParameterException',
  'KmsException',
  'LimitExceededException',
  'UnableToGetUpstreamImageException',
];

/** Whether others can still be read: a repository's own policy or key stands in the way, not the caller's credentials or the network. */
export const isOfOneRepository = (error: unknown): error is Error =>
  error instanceof TransientFailure || (error instanceof Error && OF_ONE_REPOSITORY.includes(error.name));

const OF_ONE_IMAGE: readonly string[] = ['LayersNotFoundException', 'LayerInaccessibleException'];

/** Whether the other images of the repository can still be read. Errors of the network have a `code`. */
export const isOfOneImage = (error: unknown): error is Error =>
  error instanceof TransientFailure ||
  (error instanceof Error && (OF_ONE_IMAGE.includes(error.name) || (error.name === 'Error' && !('code' in error))));
