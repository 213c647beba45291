import type { Command } from 'commander';
import type { CliError } from './errors';
import type { ExitCode } from './exit-code';
import { explain } from './explain';
import type { AccountOptions, CommonOptions } from './options';
import { Output } from './output';

/** What a command is given. */
export interface Given<Options> {
  readonly args: readonly string[];
  readonly options: Options;
  readonly output: Output;
}

/** Makes an action of a command: what it returns is the exit code, what it throws is told in a sentence. */
export const running =
  <Options extends CommonOptions>(run: (given: Given<Options>) => Promise<ExitCode>) =>
  async (...given: readonly unknown[]): Promise<void> => {
    // commander hands over the command last, whatever its arguments are.
    const command = given.at(-1) as Command;
    const options = command.opts<Options>();
    const output = new Output(options.json ?? false);
    try {
      process.exitCode = await run({ args: command.args, options, output });
    } catch (error) {
      const { message, hint, exitCode } = tell(error, options, output);
      if (output.json) output.printJson({ error: { message, ...(hint ? { hint } : {}) } });
      process.exitCode = exitCode;
    }
  };

/** Says what went wrong on stderr. @returns it, explained */
export function tell(error: unknown, options: AccountOptions, output: Output): CliError {
  const explained = explain(error, options.profile);
  const { message, hint } = explained;
  output.note(`${output.noteStyle('red', 'error:')} ${message}${hint ? `\n${hint}` : ''}`);
  if ((options.verbose || process.env.DEBUG) && error instanceof Error) output.note(stackOf(error));
  return explained;
}

function stackOf(error: Error): string {
  const { requestId } = (error as { $metadata?: { requestId?: string } }).$metadata ?? {};
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${requestId ? `\nAWS request id ${requestId}` : ''}${cause}`;
}
