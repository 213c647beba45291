const MAX_REMEMBERED = 1_000;

/** What this process read of up to 1,000 repositories, those that were read last: so that not every push asks. */
export class Recent<T> {
  readonly #read = new Map<string, { readonly value: T; readonly at: number }>();

  constructor(readonly maxAgeMs: number) {}

  get(repository: string): T | undefined {
    const found = this.#read.get(repository);
    return found && Date.now() - found.at < this.maxAgeMs ? found.value : undefined;
  }

  set(repository: string, value: T): void {
    this.#read.delete(repository);
    this.#read.set(repository, { value, at: Date.now() });
    const [oldest] = this.#read.keys();
    if (this.#read.size > MAX_REMEMBERED && oldest !== undefined) this.#read.delete(oldest);
  }

  /** @param value nothing else is forgotten, so that what was read since stays */
  forget(repository: string, value: T): void {
    if (this.#read.get(repository)?.value === value) this.#read.delete(repository);
  }

  /** @param time in milliseconds since the epoch */
  forgetBefore(repository: string, time: number): void {
    const found = this.#read.get(repository);
    if (found && found.at < time) this.#read.delete(repository);
  }
}
