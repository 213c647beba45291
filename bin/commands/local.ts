import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_PORT, parsePort, serve } from '../../local';
import { action } from '../cli/action';
import { EXIT } from '../cli/exit-code';
import { addCommonOptions, type CommonOptions } from '../cli/options';

interface LocalOptions extends CommonOptions {
  readonly port: number;
  readonly assembly?: string;
  readonly stack?: string;
  readonly template?: string;
  readonly parameter?: Readonly<Record<string, string>>;
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
  npx cdk synth && ecr-oci local --assembly cdk.out
  ecr-oci local --template ecr-oci-remediation.template.yaml --parameter RecompressLayers=true`;

export function addLocal(program: Command): void {
  const command = program
    .command('local')
    .description('Run the service in a laptop-sized account, and push your own images to it.')
    .option('--port <port>', 'the port on 127.0.0.1; 0 is any free one', parsePort, DEFAULT_PORT)
    .option('--assembly <directory>', 'the cdk.out of your own app (default: the stack with its defaults)')
    .option('--stack <name>', 'the stack to run, if the app has several')
    .addOption(
      new Option('--template <file>', 'a CloudFormation template with inline code').conflicts(['assembly', 'stack']),
    )
    .option('--parameter <name=value>', 'a parameter of the template; repeat it for several', addParameter);
  addCommonOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(
      action<LocalOptions>(async ({ options, output, io }) => {
        const print = (text: string) => output.print(text);
        const note = (line: string) => output.note(line);
        const { template, parameter: parameters, ...others } = options;
        await serve(
          { assembly: template ?? BUILT_IN, ...others, parameters },
          { cli: 'ecr-oci', print, note, signals: io.signals },
        );
        return EXIT.ok;
      }),
    );
}

/** As in `aws cloudformation deploy --parameter-overrides`. */
function addParameter(text: string, others: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected a name and a value, such as Repositories=team/*.');
  return { ...others, [text.slice(0, at)]: text.slice(at + 1) };
}
