import type { Command } from 'commander';
import { action } from '../../cli/action';
import { addAccountOptions, addPolicyOptions } from '../../cli/options';
import { runLifecycle } from './run-lifecycle';

const HELP = `
Companions are images too, and the newest ones, so a rule that keeps the newest N can take releases. This shows what the repository's policy
would take if each of its images had its companions, rule by rule, and prints a policy that keeps both. Text goes to stderr, the policy to
stdout. Use the same companion options as the service.
Needs ecr:GetLifecyclePolicy and ecr:DescribeImages; --apply also ecr:PutLifecyclePolicy.

With --apply it writes that policy, after showing it and asking, and only if it keeps everything.

Exit code: 0 nothing is lost or will be, or the policy was written, 1 something is, 2 could not find out.

Examples:
  ecr-oci lifecycle team/app
  ecr-oci lifecycle team/app > policy.json
  ecr-oci lifecycle team/app --apply
  ecr-oci lifecycle team/app --json | jq -r '.lost[].tags[]'`;

export function addLifecycle(program: Command): void {
  const command = program
    .command('lifecycle')
    .description(
      "Show which images a repository's lifecycle policy takes because of companions, and a policy that keeps both.",
    )
    .argument('<repository>', 'a repository, such as team/app, or its whole URI')
    .option('--apply', 'write the policy that keeps both')
    .option('--yes', "with --apply: don't ask");
  addPolicyOptions(addAccountOptions(command)).addHelpText('after', HELP).action(action(runLifecycle));
}
