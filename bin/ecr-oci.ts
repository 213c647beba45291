#!/usr/bin/env node
import { Command } from 'commander';
import { version } from '../package.json';
import { EXIT } from './cli/exit-code';
import { endQuietlyOnBrokenPipe, Output } from './cli/output';
import { tell } from './cli/run';
import { addBackfill } from './commands/backfill/command';
import { addCheck } from './commands/check/command';
import { addConvert } from './commands/convert';
import { addLocal } from './commands/local';
import { addRepair } from './commands/repair';
import { addScan } from './commands/scan/command';
import { addWait } from './commands/wait/command';

endQuietlyOnBrokenPipe();

const program = new Command('ecr-oci')
  .description('OCI images in Amazon ECR, and the Docker V2 companions that SageMaker and AWS Lambda accept.')
  .version(version)
  // The commands inherit it when they are added.
  .exitOverride()
  .addHelpText('after', '\nStart with `ecr-oci check IMAGE`. Each command has examples: `ecr-oci check --help`.');
for (const add of [addCheck, addRepair, addWait, addScan, addBackfill, addConvert, addLocal]) add(program);

program.parseAsync().catch((error: unknown) => {
  // commander has already said what is wrong with the arguments, or printed the help.
  const { code, exitCode } = error as { code?: string; exitCode?: number };
  if (!code?.startsWith('commander.')) process.exitCode = tell(error, {}, new Output(false)).exitCode;
  else process.exitCode = exitCode === 0 ? EXIT.ok : EXIT.unknown;
});
