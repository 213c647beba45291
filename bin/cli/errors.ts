import { EXIT, type ExitCode } from './exit-code';

interface CliErrorOptions extends ErrorOptions {
  /** Whether the same call can succeed in a moment, as after throttling or a network fault. @default false */
  readonly isTransient?: boolean;
}

/** An error for a person: one sentence that says what is wrong, and one that says what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly isTransient: boolean;

  constructor(
    message: string,
    readonly hint?: string,
    readonly exitCode: ExitCode = EXIT.unknown,
    { isTransient = false, ...options }: CliErrorOptions = {},
  ) {
    super(message, options);
    this.isTransient = isTransient;
  }

  /** As `--json` prints it. */
  toJSON(): object {
    return { message: this.message, ...(this.hint ? { hint: this.hint } : {}) };
  }
}
