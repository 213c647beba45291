interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Replaces the timers and the clock of a whole process, so that hours pass in seconds. */
export class VirtualClock {
  /** Earliest first. */
  readonly #timers: Timer[] = [];
  #now = Date.UTC(2026, 10, 24);

  constructor() {
    Date.now = () => this.#now;
    globalThis.setTimeout = ((run: () => void, ms = 0) => this.#add(run, ms)) as unknown as typeof setTimeout;
    globalThis.clearTimeout = ((timer: Timer) => this.#remove(timer)) as unknown as typeof clearTimeout;
  }

  async elapse(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let next = this.#timers[0]; next && next.at <= end; next = this.#timers[0]) {
      this.#timers.shift();
      this.#now = next.at;
      next.run();
      // What the timer resolved goes on until it waits for another timer.
      await new Promise(setImmediate);
    }
    this.#now = end;
  }

  #add(run: () => void, ms: number): Timer {
    const timer = { at: this.#now + ms, run };
    const later = this.#timers.findIndex(({ at }) => at > timer.at);
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
    return timer;
  }

  #remove(timer: Timer): void {
    const at = this.#timers.indexOf(timer);
    if (at >= 0) this.#timers.splice(at, 1);
  }
}
