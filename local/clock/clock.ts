export type Cancel = () => void;

export interface Timer {
  /** Milliseconds since the epoch, on the clock's own time. */
  readonly at: number;
  readonly what: string;
}

/** The account's time. The account is not settled while something is scheduled. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** How far ahead of real time it is, in milliseconds; null if it is real time. */
  readonly offset: number | null;
  /** Runs once, at that time or as soon as possible after. */
  schedule(at: number, run: () => void, what: string): Cancel;
  /** What is still to run, earliest first. */
  readonly timers: readonly Timer[];
  /**
   * Resolves when the earliest timer has run or been canceled.
   * @param leapMs the least that a skipping clock skips; other timers that are due by then run too. Default 0
   */
  advance(leapMs?: number): Promise<void>;
  /** Cancels every timer. */
  stop(): void;
}

interface Entry extends Timer {
  readonly run: () => void;
  handle: NodeJS.Timeout;
}

/** Longer delays overflow setTimeout, which would then fire at once. */
const MAX_DELAY = 2 ** 31 - 1;

export class RealClock implements Clock {
  readonly #entries = new Set<Entry>();
  #waiting: (() => void)[] = [];

  now(): number {
    return Date.now();
  }

  get offset(): number | null {
    return null;
  }

  schedule(at: number, run: () => void, what: string): Cancel {
    const entry: Entry = { at, run, what, handle: this.#timeout(at, () => this.fire(entry)) };
    this.#entries.add(entry);
    return () => this.#remove(entry);
  }

  advance(_leapMs?: number): Promise<void> {
    if (this.#entries.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  stop(): void {
    for (const entry of this.#entries) this.#remove(entry);
  }

  get timers(): readonly Entry[] {
    return [...this.#entries].sort((a, b) => a.at - b.at);
  }

  protected fire(entry: Entry): void {
    if (!this.#entries.has(entry)) return;
    if (entry.at > this.now()) {
      this.rearm(entry);
      return;
    }
    this.#remove(entry, entry.run);
  }

  protected rearm(entry: Entry): void {
    clearTimeout(entry.handle);
    entry.handle = this.#timeout(entry.at, () => this.fire(entry));
  }

  #remove(entry: Entry, run: () => void = () => {}): void {
    if (!this.#entries.delete(entry)) return;
    clearTimeout(entry.handle);
    run();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #timeout(at: number, fire: () => void): NodeJS.Timeout {
    return setTimeout(fire, Math.min(Math.max(at - this.now(), 0), MAX_DELAY));
  }
}

/** Real time that skips to the next timer on request: a test doesn't wait for a redelivery. */
export class SkippingClock extends RealClock {
  #skipped = 0;

  override get offset(): number {
    return this.#skipped;
  }

  override now(): number {
    return Date.now() + this.#skipped;
  }

  override advance(leapMs = 0): Promise<void> {
    const [next, ...later] = this.timers;
    if (next) {
      this.#skipped += Math.max(next.at - this.now(), leapMs);
      for (const entry of later) this.rearm(entry);
      this.fire(next);
    }
    return Promise.resolve();
  }
}
