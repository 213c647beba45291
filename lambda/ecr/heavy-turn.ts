/**
 * One piece of work at a time may hold what is large. A manifest of 4 MiB takes tens of times that while it is read, and ten people can push
 * such manifests at once.
 */
export class HeavyTurn {
  #owner: object | undefined;
  readonly #waiting: (() => void)[] = [];

  /** Resolves when it is this piece of work's turn; at once if it has the turn already. @throws the signal's reason */
  async take(work: object, signal?: AbortSignal): Promise<void> {
    while (this.#owner !== undefined && this.#owner !== work) {
      signal?.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      signal?.addEventListener('abort', () => resolve());
      await promise;
    }
    signal?.throwIfAborted();
    this.#owner = work;
  }

  /** Ends the turn, if the work has it. */
  end(work: object): void {
    if (this.#owner !== work) return;
    this.#owner = undefined;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
