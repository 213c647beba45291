export type Cancel = () => void;

export interface Timer {
  /** Milliseconds since the epoch, on the clock's own time. */
  readonly at: number;
  readonly what: string;
}

/** The account's time. What is scheduled is work to come: the account is not settled before it is done. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs once, at that time or as soon as possible after. */
  schedule(at: number, run: () => void, what: string): Cancel;
  /** What is still to run, earliest first. */
  readonly timers: readonly Timer[];
  /**
   * Resolves when the earliest timer has run, or is no more.
   * @param leapMs how far a clock that leaps does so at least; others that are due by then run too. Default 0
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
const LONGEST_DELAY = 2 ** 31 - 1;

export class RealClock implements Clock {
  readonly #entries = new Set<Entry>();
  #changed: (() => void)[] = [];

  now(): number {
    return Date.now();
  }

  get timers(): readonly Timer[] {
    return this.entries;
  }

  schedule(at: number, run: () => void, what: string): Cancel {
    const entry: Entry = { at, run, what, handle: this.#timeout(at, () => this.fire(entry)) };
    this.#entries.add(entry);
    return () => this.#remove(entry);
  }

  advance(_leapMs?: number): Promise<void> {
    if (this.#entries.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  stop(): void {
    for (const entry of this.#entries) this.#remove(entry);
  }

  protected get entries(): readonly Entry[] {
    return [...this.#entries].sort((a, b) => a.at - b.at);
  }

  protected fire(entry: Entry): void {
    if (!this.#entries.has(entry)) return;
    if (entry.at > this.now()) {
      this.rearm(entry);
      return;
    }
    this.#entries.delete(entry);
    clearTimeout(entry.handle);
    entry.run();
    this.#notify();
  }

  protected rearm(entry: Entry): void {
    clearTimeout(entry.handle);
    entry.handle = this.#timeout(entry.at, () => this.fire(entry));
  }

  #remove(entry: Entry): void {
    if (!this.#entries.delete(entry)) return;
    clearTimeout(entry.handle);
    this.#notify();
  }

  #timeout(at: number, fire: () => void): NodeJS.Timeout {
    return setTimeout(fire, Math.min(Math.max(at - this.now(), 0), LONGEST_DELAY));
  }

  #notify(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const resolve of waiting) resolve();
  }
}

/** Real time that leaps to the next timer when asked to: waiting for a redelivery costs a test nothing. */
export class SkippingClock extends RealClock {
  #skipped = 0;

  /** How far this clock is ahead of real time, in milliseconds. */
  get skipped(): number {
    return this.#skipped;
  }

  override now(): number {
    return Date.now() + this.#skipped;
  }

  override advance(leapMs = 0): Promise<void> {
    const [next, ...later] = this.entries;
    if (next) {
      this.#skipped += Math.max(next.at - this.now(), leapMs);
      for (const entry of later) this.rearm(entry);
      this.fire(next);
    }
    return Promise.resolve();
  }
}
