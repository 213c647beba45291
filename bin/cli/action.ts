import type { Command } from 'commander';
import type { ExitCode } from './exit-code';
import type { Io } from './io';
import type { CommonOptions } from './options';
import { Output } from './output';
import { programOf } from './program';
import { reportError } from './report-error';

/** What a command is called with. */
export interface CommandContext<Options> {
  readonly args: readonly string[];
  readonly options: Options;
  readonly output: Output;
  readonly io: Io;
}

/** The action of a command. What `run` returns is the exit code; what it throws is explained on stderr, and in JSON. */
export const action =
  <Options extends CommonOptions>(run: (context: CommandContext<Options>) => Promise<ExitCode>) =>
  async (...given: readonly unknown[]): Promise<void> => {
    // Commander passes the command last, however many arguments there are.
    const command = given.at(-1) as Command;
    const program = programOf(command);
    const { io } = program;
    const options = command.opts<Options>();
    const output = new Output(options.json ?? false, io);
    try {
      program.exitCode = await run({ args: command.args, options, output, io });
    } catch (error) {
      const explained = reportError(error, options, output);
      if (output.json) output.printJson({ error: explained });
      program.exitCode = explained.exitCode;
    }
  };
