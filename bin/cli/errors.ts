import { EXIT, type ExitCode } from './exit-code';

interface CliErrorOptions extends ErrorOptions {
  /** Whether the same can work in a moment: throttling, a network fault. @default false */
  readonly isTransient?: boolean;
}

/** An error as a person needs it: one sentence that says what is wrong, and one that says what to do. */
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
}
