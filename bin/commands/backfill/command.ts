import { type Command, Option } from 'commander';
import { Account, PUTS_PER_SECOND } from '../../cli/account';
import { action } from '../../cli/action';
import { duration, rate } from '../../cli/arguments';
import { addAccountOptions, addListingOptions, addPolicyOptions } from '../../cli/options';
import { type BackfillOptions, runBackfill } from './backfill';

const EXAMPLES = `
Scans, and makes each companion that is missing or stale what it should be, as the service does for a push: one PutImage each, no layer moves.
ECR allows 10 PutImage calls a second in an account and Region, shared with everybody's docker push; --rate is our share.
Ctrl-C finishes what is under way, prints what was done, and ends; what is right already is never put again, so a second run goes on there.

With --remote the deployed service is asked instead, by an event on the default bus, and followed until nothing is left that it can repair:
give the same companion options as it was deployed with. That needs events:PutEvents, and no ecr:PutImage.

Exit code: 0 all companions are right, 1 something is refused or left, 2 something could not be found out or done, 3 --timeout is over,
130 interrupted. With --dry-run 1 also means that there is something to do.

Examples:
  ecr-oci backfill --dry-run
  ecr-oci backfill --repository 'ml/*' --rate 1
  ecr-oci backfill --json > backfill.json
  ecr-oci backfill --remote --timeout 2h`;

export function addBackfill(program: Command): void {
  const command = program
    .command('backfill')
    .description('Repair every companion of a registry that is missing or stale, here or by the deployed service.')
    .option('--rate <number>', 'PutImage calls a second, at most', rate, PUTS_PER_SECOND)
    .option('--dry-run', 'only list what would be repaired')
    .option('--remote', 'ask the deployed service, and follow it')
    .addOption(
      new Option('--timeout <duration>', 'how long to follow the service, such as 90s, 5m or 2h')
        .argParser(duration)
        .default(3_600_000, '1h'),
    );
  addPolicyOptions(addAccountOptions(addListingOptions(command)))
    .addHelpText('after', EXAMPLES)
    .action(
      action<BackfillOptions>((context) =>
        runBackfill(new Account(context.options, {}, context.options.rate), context),
      ),
    );
}
