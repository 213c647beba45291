import { type Command, Option } from 'commander';
import { Accounts } from '../../cli/account';
import { action } from '../../cli/action';
import { someOf } from '../../cli/arguments';
import { EXIT, type ExitCode } from '../../cli/exit-code';
import { forEachImage } from '../../cli/images';
import {
  type AccountOptions,
  addAccountOptions,
  addPolicyOptions,
  type PolicyOptions,
  policyOf,
} from '../../cli/options';
import { CONSUMERS, type Consumer } from '../../inventory/acceptance';
import { inspect } from './inspect';
import { type CheckReport, checkReport } from './report';
import { checkText } from './text';

interface CheckOptions extends AccountOptions, PolicyOptions {
  readonly for: readonly Consumer[];
}

const EXAMPLES = `
An image is team/app:v1, team/app@sha256:…, or the whole URI, whose account and Region then count. Without tag it is latest, as for docker.
With - the images are read from stdin: one on a line, or an error message of SageMaker or Lambda as it is.

Exit code: 0 accepted, 1 not accepted, 2 could not find out.

Examples:
  ecr-oci check team/app:v1
  ecr-oci check 123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app:latest --for sagemaker,lambda
  aws sagemaker create-model … 2>&1 | ecr-oci check -
  ecr-oci check team/app:v1 --json | jq -r '.[0].companions[0].uriByDigest'`;

export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .description('Tell what an image is, who accepts it and why not, and whether its companion is current.')
    .argument('<image...>', 'images, or - for stdin')
    .addOption(
      new Option('--for <who>', `who must accept it for exit code 0: ${CONSUMERS.join(', ')}, or both by a comma`)
        .argParser(someOf(CONSUMERS))
        .default(['sagemaker'], 'sagemaker'),
    );
  addPolicyOptions(addAccountOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(
      action<CheckOptions>((context) => {
        const { options, output } = context;
        const accounts = new Accounts(options);
        const policy = policyOf(options);
        return forEachImage(context, async (reference, at) => {
          const account = accounts.of(reference);
          const report = await checkReport(account, await inspect(account, reference, policy));
          if (reference.isTagImplied) output.note(`note: ${reference.text} names no tag, so this is about latest`);
          if (!output.json) output.print(`${at > 0 ? '\n' : ''}${checkText(report, output)}`);
          return { exitCode: exitCodeOf(report, options.for), json: [report] };
        });
      }),
    );
}

function exitCodeOf({ accepted }: CheckReport, asked: readonly Consumer[]): ExitCode {
  const verdicts = asked.map((consumer) => accepted[consumer].verdict);
  if (verdicts.includes('refused')) return EXIT.no;
  return verdicts.includes('unknown') ? EXIT.unknown : EXIT.ok;
}
