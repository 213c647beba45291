import { constants } from 'node:os';

type Signal = 'SIGINT' | 'SIGTERM';
const SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM'];

/**
 * Lets a command finish what is under way when it is told to end; told twice, it ends at once. The exit code is then what a shell says of
 * a command that the signal ended: 130 after Ctrl-C.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #onSignal: (signal: Signal) => void;

  /** @param tell is called at the first signal */
  constructor(tell: () => void) {
    this.#onSignal = (signal) => {
      const exitCode = 128 + constants.signals[signal];
      if (this.signal.aborted) process.exit(exitCode);
      this.#controller.abort();
      process.once('exit', () => {
        process.exitCode = exitCode;
      });
      tell();
    };
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Signals end the process again as they do by default. */
  stop(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }
}
