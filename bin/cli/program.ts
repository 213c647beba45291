import { Command } from 'commander';
import { EXIT, type ExitCode } from './exit-code';
import type { Io } from './io';

/** A command line that writes where it is told to, and leaves its exit code here instead of ending the process. */
export class Program extends Command {
  exitCode: ExitCode = EXIT.ok;

  constructor(
    name: string,
    readonly io: Io,
  ) {
    super(name);
    // Commands inherit both when they are added.
    this.exitOverride().configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
      getOutHasColors: () => io.stdout.isTTY ?? false,
      getErrHasColors: () => io.stderr.isTTY ?? false,
    });
  }
}

/** The program that a command was added to. */
export function programOf({ parent }: Command): Program {
  if (parent instanceof Program) return parent;
  throw new Error('a command runs only as part of a Program');
}
