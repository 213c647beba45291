/** Tracks the work in progress, so that nothing has to guess whether the account is idle. */
export class Activity {
  readonly #running = new Map<symbol, string>();
  readonly failures: Error[] = [];
  #waiting: (() => void)[] = [];

  /** @returns a function to call when the work is over; further calls do nothing */
  begin(what: string): () => void {
    const work = Symbol(what);
    this.#running.set(work, what);
    return () => {
      if (this.#running.delete(work) && this.#running.size === 0) this.#notify();
    };
  }

  /** Does work in the background. An error in it is a fault of the account itself, and is kept. */
  run(what: string, work: () => Promise<void>): void {
    const end = this.begin(what);
    work()
      .catch((error: unknown) => this.fail(what, error))
      .finally(end);
  }

  fail(what: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.failures.push(new Error(`${what}: ${message}`, { cause: error }));
    this.#notify();
  }

  get idle(): boolean {
    return this.#running.size === 0;
  }

  /** The work in progress. */
  get running(): readonly string[] {
    return [...this.#running.values()];
  }

  /** Resolves when nothing is running, or something failed. */
  whenIdle(): Promise<void> {
    if (this.idle || this.failures.length > 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #notify(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
