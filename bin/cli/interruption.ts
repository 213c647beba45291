import { EXIT, type ExitCode } from './exit-code';
import type { Io } from './io';

const EXIT_CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;
type Signal = keyof typeof EXIT_CODES;
const SIGNALS = Object.keys(EXIT_CODES) as Signal[];

/** Lets a command finish what it has begun when a signal asks it to end. A second signal ends it at once, as by default. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #onSignal: (signal: Signal) => void;
  #exitCode: ExitCode | undefined;

  /** @param onInterrupt runs at the first signal */
  constructor(
    readonly signals: Io['signals'],
    onInterrupt: () => void,
  ) {
    this.#onSignal = (signal) => {
      this.stop();
      this.#exitCode = EXIT_CODES[signal];
      this.#controller.abort();
      onInterrupt();
    };
    for (const signal of SIGNALS) signals.on(signal, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code of an interrupted command. */
  get exitCode(): ExitCode | undefined {
    return this.#exitCode;
  }

  /** From now on, a signal ends the process. */
  stop(): void {
    for (const signal of SIGNALS) this.signals.off(signal, this.#onSignal);
  }
}
