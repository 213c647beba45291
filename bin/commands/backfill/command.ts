import { type Command, InvalidArgumentError, Option } from 'commander';
import { Account } from '../../cli/account';
import { parseDuration } from '../../cli/format';
import { addAccountOptions, addPolicyOptions } from '../../cli/options';
import { running } from '../../cli/run';
import { repositoryPattern, tagPattern } from '../../inventory/repositories';
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
    .option(
      '--repository <name>',
      "a repository, or several by a pattern such as 'ml/*'; repeatable (default: all)",
      repositoryPattern,
    )
    .option('--exclude-tag <tag>', "tags that get no companion, by a pattern such as 'dev-*'; repeatable", tagPattern)
    .option('--rate <number>', 'PutImage calls a second, at most', rate, 2)
    .option('--dry-run', 'only list what would be repaired')
    .option('--remote', 'ask the deployed service, and follow it')
    .addOption(
      new Option('--timeout <duration>', 'how long to follow the service, such as 90s, 5m or 2h')
        .argParser(duration)
        .default(3_600_000, '1h'),
    );
  addPolicyOptions(addAccountOptions(command))
    .addHelpText('after', EXAMPLES)
    .action(
      running<BackfillOptions>(({ options, output }) =>
        runBackfill(new Account(options, {}, options.rate), options, output),
      ),
    );
}

/** Above the default quota only for accounts that were given more. */
const MAX_RATE = 100;

function rate(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= MAX_RATE) return number;
  throw new InvalidArgumentError(`Expected a number above 0, at most ${MAX_RATE}, such as 0.5.`);
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new InvalidArgumentError('Expected a duration, such as 90s, 5m or 2h.');
}
