import type { Command } from 'commander';
import type { Policy } from '../../../lambda/core/companion/policy';
import { Accounts } from '../../cli/account';
import { action } from '../../cli/action';
import { EXIT, type ExitCode } from '../../cli/exit-code';
import { forEachImage } from '../../cli/images';
import { policyOfNamed } from '../../cli/named-policy';
import {
  type AccountOptions,
  addAccountOptions,
  addPolicyOptions,
  addRecompressOption,
  type PolicyOptions,
  policyOf,
} from '../../cli/options';
import { withPlatformsFor } from '../../inventory/acceptance';
import type { Consumer } from '../../inventory/consumers';
import { type ForOption, forOption } from '../../inventory/for-option';
import { inspect } from './inspect';
import { type CheckReport, checkReport } from './report';
import { settingsJson } from './settings';
import { checkText } from './text';

type CheckOptions = AccountOptions & PolicyOptions & ForOption;

const HELP = `
An image is team/app:v1, team/app@sha256:…, or the whole URI, whose account and Region then win. Without a tag it is latest, as for Docker.
From a pipe, or with -, the images come from stdin: one on each line, or an error message of SageMaker or Lambda as it is.
Needs ecr:BatchGetImage.

Exit code: 0 accepted, 1 not accepted, 2 could not find out.

Examples:
  ecr-oci check team/app:v1
  ecr-oci check 123456789012.dkr.ecr.eu-north-1.amazonaws.com/team/app:latest --for sagemaker,lambda
  ecr-oci check team/app:v1 --for lambda,agentcore
  aws sagemaker create-model … 2>&1 | ecr-oci check
  ecr-oci check team/app:v1 --json | jq -r '.[0].companions[0].uriByDigest'`;

export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .description('Show what an image is, which services accept it, and whether its companion is current.')
    .argument('[image...]', 'images, or - for stdin (default: stdin, if it is not a terminal)')
    .addOption(forOption('who has to accept it for exit code 0', ['sagemaker']));
  addRecompressOption(command, 'the service was deployed with recompressLayers');
  addPolicyOptions(addAccountOptions(command))
    .addHelpText('after', HELP)
    .action(
      action<CheckOptions>((context) => {
        const { options, output, io } = context;
        const accounts = new Accounts(options, io);
        const deployed = policyOf(options);
        return forEachImage(context, async (reference, at) => {
          const account = accounts.of(reference);
          const own = await policyOfNamed(account, reference, deployed);
          const policy = withPlatformsFor(own, options.for);
          const inspection = await inspect(account, reference, policy);
          const report = { ...(await checkReport(account, inspection)), ...settingsIn(deployed, own) };
          if (reference.isTagImplied) output.note(`note: ${reference.text} has no tag, so this is about latest`);
          if (!output.json)
            output.print(
              `${at > 0 ? '\n' : ''}${checkText(report, { asked: options.for, platforms: policy.platforms }, output)}`,
            );
          return { exitCode: exitCodeOf(report, options.for), json: [report] };
        });
      }),
    );
}

/** What the repository's resource tags make of the options. */
const settingsIn = (deployed: Policy, own: Policy): Pick<CheckReport, 'settings'> =>
  deployed.choices ? { settings: settingsJson(own) } : {};

function exitCodeOf({ accepted }: CheckReport, consumers: readonly Consumer[]): ExitCode {
  const verdicts = consumers.map((consumer) => accepted[consumer].verdict);
  if (verdicts.includes('refused')) return EXIT.no;
  return verdicts.includes('unknown') ? EXIT.unknown : EXIT.ok;
}
