import { type Command, Option } from 'commander';
import { action } from '../../cli/action';
import { someOf } from '../../cli/arguments';
import { addAccountOptions, addListingOptions, addPolicyOptions } from '../../cli/options';
import { forOption } from '../../inventory/for-option';
import { TAG_STATES, type TagState } from '../../inventory/row';
import { runScan } from './run-scan';

const STATES = Object.keys(TAG_STATES) as TagState[];

const HELP = `
Lists every tag of the account and Region, or of some repositories, and compares each companion by content with what a repair would put. It
writes nothing. Archived images are left out: they can't be pulled.
It also says which repositories have a lifecycle policy that would take images because of companions: see ecr-oci lifecycle.
Needs ecr:DescribeRepositories, ecr:DescribeImages, ecr:BatchGetImage, ecr:ListTagsForResource and ecr:GetLifecyclePolicy, and
ecr:GetDownloadUrlForLayer for an index that doesn't list its platforms, and with --for agentcore.

States of a companion:
${STATES.map((state) => `  ${state.padEnd(12)}${TAG_STATES[state]}`).join('\n')}

Exit code: 0 everything was read, 2 something could not be read, so the list is incomplete, 130 interrupted.

Examples:
  ecr-oci scan
  ecr-oci scan --repository 'ml/*' --repository team/app --state missing,out-of-date
  ecr-oci scan --html images.html
  ecr-oci scan --csv > images.csv
  ecr-oci scan --for lambda,agentcore,ecr-scan
  ecr-oci scan --json | jq -r '.images[] | select(.accepted.sagemaker.verdict == "refused") | .repository + ":" + .tag'`;

export function addScan(program: Command): void {
  const command = program
    .command('scan')
    .description('List every tag: its format, which services accept it, and the state of its companion.')
    .addOption(
      new Option('--state <state>', `only tags in these states, separated by commas: ${STATES.join(', ')}`).argParser(
        someOf(STATES),
      ),
    )
    .addOption(forOption('whose verdicts to show', ['sagemaker', 'lambda']))
    .addOption(new Option('--csv', 'print comma-separated values').conflicts('json'))
    .option('--html <file>', 'write one HTML page with every tag, to read, search and print');
  addPolicyOptions(addAccountOptions(addListingOptions(command)))
    .addHelpText('after', HELP)
    .action(action(runScan));
}
