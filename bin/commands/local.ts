import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { serve } from '../../local/serve';
import { action } from '../cli/action';
import { CliError } from '../cli/errors';
import { EXIT } from '../cli/exit-code';
import { addCommonOptions, type CommonOptions } from '../cli/options';

interface LocalOptions extends CommonOptions {
  readonly port: number;
  readonly assembly?: string;
}

const DEFAULT_PORT = 5111;
/** Beside the built CLI, scripts/build-cli.ts puts the synthesized stack. */
const BUILT_IN = join(__dirname, 'account');

const EXAMPLES = `
The synthesized stack and the function's code, with an ECR that takes pushes over HTTP and answers every other command by --endpoint-url.
No AWS account, no credentials and no Docker are needed; nothing outlasts it.

Examples:
  ecr-oci local
  ecr-oci local --port 0 --json
  ecr-oci check 127.0.0.1:${DEFAULT_PORT}/team/app:v1
  npx cdk synth && ecr-oci local --assembly cdk.out`;

export function addLocal(program: Command): void {
  const command = program
    .command('local')
    .description('Run the service in a laptop-sized account, and push images of your own to it.')
    .option('--port <port>', 'the port on 127.0.0.1; 0 is any free one', port, DEFAULT_PORT)
    .option('--assembly <directory>', 'the cdk.out of an app of your own (default: the stack with its defaults)');
  addCommonOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(
      action<LocalOptions>(async ({ options, output }) => {
        const { assembly = BUILT_IN, port: wanted, json, verbose } = options;
        if (!existsSync(join(assembly, 'manifest.json')))
          throw new CliError(
            `There is no synthesized stack in ${assembly}.`,
            'Run `npx cdk synth` and give --assembly cdk.out.',
          );
        try {
          await serve({
            cli: 'ecr-oci',
            assembly,
            port: wanted,
            print: (text) => output.print(text),
            ...(json ? { onJson: (value: object) => output.print(JSON.stringify(value)) } : {}),
            ...(verbose ? { log: (line: string) => output.note(line) } : {}),
          });
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
          throw new CliError(`Port ${wanted} is in use.`, 'Give another --port, or 0 for any free one.');
        }
        return EXIT.ok;
      }),
    );
}

function port(text: string): number {
  const number = Number(text);
  if (text !== '' && Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new InvalidArgumentError('Expected a port from 0 to 65535.');
}
