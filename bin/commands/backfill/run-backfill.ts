import { Accounts } from '../../cli/account';
import type { CommandContext } from '../../cli/action';
import type { ExitCode } from '../../cli/exit-code';
import { Interruption } from '../../cli/interruption';
import { policyOf } from '../../cli/options';
import { Progress } from '../../cli/progress';
import { metadataJson, metadataOf } from '../../inventory/metadata';
import { chooseRepositories } from '../../inventory/repositories';
import { Backfill, type BackfillOptions } from './backfill';
import { BackfillReport } from './report';

export async function runBackfill({ options, output, io }: CommandContext<BackfillOptions>): Promise<ExitCode> {
  const { repository: patterns = [] } = options;
  const account = new Accounts(options, io).of({}, options.rate);
  const settings = { account, policy: policyOf(options) };
  const repositories = await chooseRepositories(account, patterns);
  const head = { ...metadataJson(metadataOf(settings, patterns)), mode: modeOf(options) };
  const report = new BackfillReport(head, output, options);
  const progress = new Progress(output.stderr);
  const interruption = new Interruption(io.signals, () => {
    progress.stop();
    output.note('interrupted: finishing what has begun; press Ctrl-C again to end at once');
  });
  const { signal } = interruption;
  const backfill = new Backfill({ settings, report, progress, signal, clock: io.clock });
  try {
    const exitCode = report.end(await backfill.run(repositories, options), signal.aborted);
    return interruption.exitCode ?? exitCode;
  } catch (error) {
    return report.fail(error);
  } finally {
    interruption.stop();
  }
}

const modeOf = ({ dryRun, remote }: BackfillOptions) => (dryRun ? 'dry-run' : remote ? 'remote' : 'repair');
