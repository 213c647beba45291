/** The repository does not exist (any more): nothing is left to repair. */
export class RepositoryNotFound extends Error {
  override readonly name = 'RepositoryNotFound';
  constructor(readonly repository: string) {
    super(`repository ${repository} does not exist`);
  }
}

/** The work could not be finished now; the same work later can succeed. The queue retries it. */
export class TransientFailure extends Error {
  override readonly name = 'TransientFailure';
}
