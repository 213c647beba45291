import { join } from 'node:path';
import type { Command } from 'commander';
import { DEFAULT_PORT, parsePort, serve } from '../../local';
import { action } from '../cli/action';
import { EXIT } from '../cli/exit-code';
import { addCommonOptions, type CommonOptions } from '../cli/options';

interface LocalOptions extends CommonOptions {
  readonly port: number;
  readonly assembly?: string;
  readonly stack?: string;
}

/** scripts/build-cli.ts puts the synthesized stack beside the built CLI. */
const BUILT_IN = join(__dirname, 'account');

const EXAMPLES = `
The account has the synthesized stack, the function's code, and an ECR that takes pushes over HTTP. Every other command
works against it by --endpoint-url. It needs no AWS account, no credentials and no Docker, and keeps nothing when it ends.

Examples:
  ecr-oci local
  ecr-oci local --port 0 --json
  ecr-oci check 127.0.0.1:${DEFAULT_PORT}/team/app:v1
  npx cdk synth && ecr-oci local --assembly cdk.out`;

export function addLocal(program: Command): void {
  const command = program
    .command('local')
    .description('Run the service in a laptop-sized account, and push your own images to it.')
    .option('--port <port>', 'the port on 127.0.0.1; 0 is any free one', parsePort, DEFAULT_PORT)
    .option('--assembly <directory>', 'the cdk.out of your own app (default: the stack with its defaults)')
    .option('--stack <name>', 'the stack to run, if the app has several');
  addCommonOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(
      action<LocalOptions>(async ({ options, output, io }) => {
        const print = (text: string) => output.print(text);
        const note = (line: string) => output.note(line);
        await serve({ assembly: BUILT_IN, ...options }, { cli: 'ecr-oci', print, note, signals: io.signals });
        return EXIT.ok;
      }),
    );
}
