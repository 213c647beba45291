import { CommanderError } from 'commander';
import { version } from '../package.json';
import { EXIT, type ExitCode } from './cli/exit-code';
import type { Io } from './cli/io';
import { Program } from './cli/program';
import { addBackfill } from './commands/backfill/command';
import { addCheck } from './commands/check/command';
import { addConvert } from './commands/convert/command';
import { addDiff } from './commands/diff/command';
import { addLifecycle } from './commands/lifecycle/command';
import { addLocal } from './commands/local';
import { addRemoveCompanions } from './commands/remove-companions/command';
import { addRepair } from './commands/repair/command';
import { addScan } from './commands/scan/command';
import { addWait } from './commands/wait/command';

/** Runs the CLI. @param args without the program's name */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const program = new Program('ecr-oci', io);
  program
    .description('OCI images in Amazon ECR, and their Docker V2 companions that SageMaker and AWS Lambda accept.')
    .version(version)
    .addHelpText('after', '\nStart with `ecr-oci check IMAGE`. Each command has examples: `ecr-oci check --help`.');
  for (const add of [
    addCheck,
    addRepair,
    addWait,
    addScan,
    addLifecycle,
    addBackfill,
    addRemoveCompanions,
    addDiff,
    addConvert,
    addLocal,
  ])
    add(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return program.exitCode;
  } catch (error) {
    // Commander has printed the help, or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.unknown;
    throw error;
  }
}
