import { TransientFailure } from '../../lambda/core/errors';

const OF_ONE_REPOSITORY: readonly string[] = [
  'AccessDeniedException',
  'InvalidParameterException',
  'KmsException',
  'LimitExceededException',
  'UnableToGetUpstreamImageException',
];

/** Whether other repositories can still be read: the cause is this one's policy or key, not the caller's credentials or the network. */
export const isOfOneRepository = (error: unknown): error is Error =>
  error instanceof TransientFailure || (error instanceof Error && OF_ONE_REPOSITORY.includes(error.name));

const OF_ONE_IMAGE: readonly string[] = ['LayersNotFoundException', 'LayerInaccessibleException'];

/** Whether other images of the repository can still be read. Network errors have a `code`. */
export const isOfOneImage = (error: unknown): error is Error =>
  error instanceof TransientFailure ||
  (error instanceof Error && (OF_ONE_IMAGE.includes(error.name) || (error.name === 'Error' && !('code' in error))));
