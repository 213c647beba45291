/**
 * How AWS limits requests: a bucket that holds the calls of one second, and is refilled at the rate.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
export class TokenBucket {
  #tokens: number;
  #filledAt: number;

  /** @param now milliseconds */
  constructor(
    readonly perSecond: number,
    readonly now: () => number,
  ) {
    this.#tokens = perSecond;
    this.#filledAt = now();
  }

  /** Takes a token. @returns whether there was one */
  take(): boolean {
    const now = this.now();
    const filled = this.#tokens + ((now - this.#filledAt) / 1_000) * this.perSecond;
    this.#tokens = Math.min(this.perSecond, filled);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
