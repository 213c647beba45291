/**
 * Spaces calls evenly. ECR allows 10 PutImage calls a second in an account and Region, shared with everybody's `docker push`
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html), so our share is this rate times the number of
 * execution environments, and no more.
 */
export class Pacer {
  readonly #intervalMs: number;
  #nextTurnAt = 0;

  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond;
  }

  /** Resolves when it is the caller's turn; turns are given in the order of asking. */
  async turn(): Promise<void> {
    const now = Date.now();
    const at = Math.max(now, this.#nextTurnAt);
    this.#nextTurnAt = at + this.#intervalMs;
    if (at > now) await new Promise((resolve) => setTimeout(resolve, at - now));
  }
}
