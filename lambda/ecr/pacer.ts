/**
 * Spaces calls evenly. ECR allows 10 PutImage calls a second in an account and Region, shared with everybody's `docker push`
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html). Each invocation has a pacer of its own and waits at its end
 * until the interval of its last call is over, so our share is this rate times the invocations at a time, whatever execution environment
 * Lambda picks for the next one.
 */
export class Pacer {
  readonly #intervalMs: number;
  #nextTurnAt = 0;
  #lastTurnAt = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond;
  }

  /** Resolves when it is the caller's turn; turns are given in the order of asking. @throws the signal's reason */
  async turn(signal?: AbortSignal): Promise<void> {
    const now = Date.now();
    const at = Math.max(now, this.#nextTurnAt);
    this.#nextTurnAt = at + this.#intervalMs;
    await pauseUntil(at, signal);
    this.#lastTurnAt = at;
  }

  /** Resolves when the interval of the last turn is over. */
  async rest(): Promise<void> {
    await pauseUntil(this.#lastTurnAt + this.#intervalMs);
  }
}

async function pauseUntil(time: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const ms = time - Date.now();
  if (ms <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
