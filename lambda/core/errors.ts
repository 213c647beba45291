import type { RefusalReason, SkipReason } from './reasons';

/** The repository does not exist (any more): nothing is left to repair. */
export class RepositoryNotFound extends Error {
  override readonly name = 'RepositoryNotFound';
  constructor(readonly repository: string) {
    super(`repository ${repository} does not exist`);
  }
}

/**
 * The registry will answer so until someone changes a policy, a key or the image: an outcome, decided in one attempt, and not a message that
 * comes back until it is a dead letter.
 */
export class RegistryRefusal extends Error {
  override readonly name = 'RegistryRefusal';
  constructor(
    readonly reason: RefusalReason | SkipReason,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** The work could not be finished now; the same work later can succeed. The queue retries it. */
export class TransientFailure extends Error {
  override readonly name = 'TransientFailure';
}
