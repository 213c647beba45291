/** Counts the work in progress, so that "idle" is a fact and not a guess. */
export class Activity {
  readonly #running = new Map<symbol, string>();
  readonly #failures: Error[] = [];
  #waiting: (() => void)[] = [];

  /** @returns what to call when the work is over; calling it again does nothing */
  begin(what: string): () => void {
    const work = Symbol(what);
    this.#running.set(work, what);
    return () => {
      if (this.#running.delete(work) && this.#running.size === 0) this.#notify();
    };
  }

  /** Does work in the background; an error that it throws is a fault of the account itself and is kept. */
  run(what: string, work: () => Promise<void>): void {
    const end = this.begin(what);
    work()
      .catch((error: unknown) => this.fail(what, error))
      .finally(end);
  }

  fail(what: string, error: unknown): void {
    this.#failures.push(
      new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error }),
    );
    this.#notify();
  }

  get idle(): boolean {
    return this.#running.size === 0;
  }

  /** What is being done now. */
  get running(): readonly string[] {
    return [...this.#running.values()];
  }

  get failures(): readonly Error[] {
    return this.#failures;
  }

  /** Resolves when nothing is running, or something failed. */
  whenIdle(): Promise<void> {
    return this.idle || this.#failures.length > 0
      ? Promise.resolve()
      : new Promise((resolve) => this.#waiting.push(resolve));
  }

  #notify(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
