import { type Account, Accounts } from '../../cli/account';
import type { CommandContext } from '../../cli/action';
import { isConfirmed, requireTerminal } from '../../cli/ask';
import type { ExitCode } from '../../cli/exit-code';
import { Interruption } from '../../cli/interruption';
import { type AccountOptions, type ListingOptions, type PolicyOptions, policyOf } from '../../cli/options';
import { Progress } from '../../cli/progress';
import { metadataJson, metadataOf } from '../../inventory/metadata';
import { chooseRepositories } from '../../inventory/repositories';
import { plural } from '../../inventory/totals';
import { type FoundCompanion, findAllCompanions } from './find-companions';
import { removeTags } from './remove-tags';
import { RemovalReport } from './report';
import { warningsOf } from './warnings';

export interface RemovalOptions extends AccountOptions, ListingOptions, PolicyOptions {
  readonly apply?: boolean;
  readonly yes?: boolean;
  readonly orphans?: boolean;
  /** BatchDeleteImage calls a second. */
  readonly rate: number;
}

export async function runRemoval(context: CommandContext<RemovalOptions>): Promise<ExitCode> {
  const { options, output, io } = context;
  const { repository: patterns = [], apply = false, yes = false, orphans = false } = options;
  if (apply && !yes)
    requireTerminal(io, 'Nothing was removed', 'Use --apply --yes to remove companion tags without a question.');
  const account = new Accounts(options, io).of();
  // Whether the service recompresses layers makes no difference to which of its companions can be recognized.
  const settings = { account, policy: policyOf({ ...options, recompress: true }) };
  const repositories = await chooseRepositories(account, patterns);
  const progress = new Progress(output.stderr);
  const { companions, unreadable } = await findAllCompanions(settings, repositories, orphans, progress);
  const removable = companions.filter(({ verdict }) => verdict.kind === 'removable');
  for (const warning of warningsOf(removable, io.clock.now())) output.note(`note: ${warning}`);
  const isAsked = apply && !yes && removable.length > 0;
  const isWanted = apply && (!isAsked || (await isAgreed(context, removable)));
  const head = { ...metadataJson(metadataOf(settings, patterns)), mode: apply ? 'remove' : 'dry-run' };
  const report = new RemovalReport(head, unreadable, output, options);
  for (const one of companions) {
    const { verdict } = one;
    if (verdict.kind === 'kept') report.add(one, { outcome: 'kept', reason: verdict.reason, detail: verdict.detail });
    else if (!isWanted) report.add(one, { outcome: 'to-do' });
  }
  if (isWanted) return remove(context, account, removable, report, progress);
  if (apply && removable.length > 0) output.note('Nothing was removed.');
  const exitCode = report.end(false);
  if (!apply && removable.length > 0) output.note('Nothing was removed. With --apply they are.');
  return exitCode;
}

/** On a terminal the list has to be short. */
const MAX_LISTED = 20;

function isAgreed(
  { output, io }: CommandContext<RemovalOptions>,
  removable: readonly FoundCompanion[],
): Promise<boolean> {
  for (const { repository, tag } of removable.slice(0, MAX_LISTED)) output.note(`  ${repository}:${tag}`);
  const more = removable.length - MAX_LISTED;
  if (more > 0) output.note(`  and ${more.toLocaleString('en')} more; without --apply they are all listed`);
  return isConfirmed(io, `Remove ${plural(removable.length, 'companion tag')}?`);
}

async function remove(
  { options, output, io }: CommandContext<RemovalOptions>,
  account: Account,
  removable: readonly FoundCompanion[],
  report: RemovalReport,
  progress: Progress,
): Promise<ExitCode> {
  const interruption = new Interruption(io.signals, () => {
    progress.stop();
    output.note('interrupted: finishing what has begun; press Ctrl-C again to end at once');
  });
  const { signal } = interruption;
  let done = 0;
  progress.start('removing tags', removable.length);
  try {
    for await (const { companions, removals } of removeTags(account, removable, { rate: options.rate, signal })) {
      companions.forEach((companion, at) => {
        const removal = removals[at];
        if (removal) report.add(companion, removal);
      });
      done += companions.length;
      progress.update(done);
    }
    progress.stop();
    for (const left of removable.slice(done)) report.add(left, { outcome: 'to-do' });
    const exitCode = report.end(signal.aborted);
    return interruption.exitCode ?? exitCode;
  } catch (error) {
    progress.stop();
    return report.fail(error);
  } finally {
    interruption.stop();
  }
}
