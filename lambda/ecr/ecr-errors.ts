import { RegistryRefusal, RepositoryNotFound, TransientFailure } from '../core/errors';
import type { RefusalReason, SkipReason } from '../core/reasons';

/** Errors that no retry cures: someone has to change a policy, a key or the image. */
const REFUSALS = new Map<string, RefusalReason | SkipReason>([
  ['AccessDeniedException', 'access-denied'],
  ['BlockedByOrganizationPolicyException', 'access-denied'],
  ['KmsException', 'kms-key'],
  ['ImageArchivedException', 'archived'],
  ['LayersNotFoundException', 'layers-missing'],
  ['LayerInaccessibleException', 'layers-missing'],
  ['UnableToGetUpstreamImageException', 'pull-through-cache'],
  ['UnableToGetUpstreamLayerException', 'pull-through-cache'],
]);

/** What BatchGetImage says of one image, beside the answer. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageFailure.html */
const FAILURE_CODES = new Map<string | undefined, RefusalReason | SkipReason>([
  ['ImageInaccessible', 'image-inaccessible'],
  ['KmsError', 'kms-key'],
  ['UpstreamAccessDenied', 'pull-through-cache'],
  ['UpstreamTooManyRequests', 'pull-through-cache'],
  ['UpstreamUnavailable', 'pull-through-cache'],
]);

/** Errors of PutImage alone. */
const PUT_REFUSALS = new Map<string, RefusalReason>([
  ['InvalidParameterException', 'rejected-by-registry'],
  ['ReferencedImagesNotFoundException', 'rejected-by-registry'],
  ['LimitExceededException', 'limit-exceeded'],
  ['LayersNotFoundException', 'layers-missing'],
  ['AccessDeniedException', 'access-denied'],
  ['BlockedByOrganizationPolicyException', 'access-denied'],
  ['KmsException', 'kms-key'],
]);

export const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

export const putRefusalOf = (error: unknown): RefusalReason | undefined => PUT_REFUSALS.get(nameOf(error));

/** The error of a call as the core knows it, or as it is. @param operation as the message names it */
export function translated(error: unknown, operation: string, repository: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'RepositoryNotFoundException') return new RepositoryNotFound(repository);
  if (error.name === 'AbortError') return new TransientFailure(`${operation} of ${repository} was not done in time`);
  const reason = REFUSALS.get(error.name);
  return reason ? new RegistryRefusal(reason, `${operation} of ${repository}: ${error.name}: ${error.message}`) : error;
}

interface ImageFailure {
  readonly imageId?: { readonly imageTag?: string | undefined; readonly imageDigest?: string | undefined } | undefined;
  readonly failureCode?: string | undefined;
  readonly failureReason?: string | undefined;
}

/** What a failure beside the answer means; an unknown code is tried again. */
export function errorOf({ imageId, failureCode, failureReason }: ImageFailure, repository: string): Error {
  const image = `${repository} ${imageId?.imageTag ?? imageId?.imageDigest}`;
  const what = `ECR can't read ${image}: ${failureCode} ${failureReason}`;
  const reason = FAILURE_CODES.get(failureCode);
  return reason ? new RegistryRefusal(reason, what) : new TransientFailure(what);
}
