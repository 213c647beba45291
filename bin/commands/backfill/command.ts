import { type Command, Option } from 'commander';
import { PUTS_PER_SECOND } from '../../cli/account';
import { action } from '../../cli/action';
import { duration, rate } from '../../cli/arguments';
import { addAccountOptions, addListingOptions, addPolicyOptions } from '../../cli/options';
import { runBackfill } from './run-backfill';

const HELP = `
Scans, then creates or updates each companion that is missing or out of date, as the service does after a push: one PutImage each, no layer
moves. ECR allows 10 PutImage calls a second in an account and Region, shared with every docker push; --rate is our share.
A repository with the resource tag ecr-oci-remediation: disabled is left alone. So is one whose lifecycle policy would take images because of
new companions, or can't be read: ecr-oci lifecycle shows what would go, and --despite-lifecycle goes on.
Ctrl-C finishes what has begun, prints what was done, and ends. A second run does only the rest.
Needs the permissions of scan, and ecr:PutImage.

With --remote the deployed service does it: the command requests an audit by an event on the default bus, and polls until nothing is left
that can be repaired. Use the same companion options as the service. Needs events:PutEvents instead of ecr:PutImage.

Exit code: 0 every companion is current, 1 something is refused, left to do or opted out, 2 something failed or could not be read,
3 not within --timeout, 130 interrupted. With --dry-run, what would be repaired counts as left to do.

Examples:
  ecr-oci backfill --dry-run
  ecr-oci backfill --repository 'ml/*' --rate 1
  ecr-oci backfill --json > backfill.json
  ecr-oci backfill --remote --timeout 2h`;

export function addBackfill(program: Command): void {
  const command = program
    .command('backfill')
    .description('Create or update every companion that is missing or out of date, here or with the deployed service.')
    .option('--rate <number>', 'PutImage calls a second, at most', rate, PUTS_PER_SECOND)
    .option('--dry-run', 'only list what would be repaired')
    .option('--despite-lifecycle', "also where the repository's lifecycle policy takes images because of companions")
    .option('--remote', 'let the deployed service do it')
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for the service, such as 90s, 5m or 2h')
        .argParser(duration)
        .default(3_600_000, '1h'),
    );
  addPolicyOptions(addAccountOptions(addListingOptions(command)))
    .addHelpText('after', HELP)
    .action(action(runBackfill));
}
