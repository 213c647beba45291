import { companionTagOf } from '../../../lambda/core/companion/companion-tag';
import type { ImageTag } from '../../../lambda/core/companion/outcome';
import { outcomeDetail } from '../../../lambda/events/outcome-event';
import type { Account } from '../../cli/account';
import type { CommandContext } from '../../cli/action';
import { EXIT, type ExitCode } from '../../cli/exit-code';
import { explain } from '../../cli/explain';
import { Interruption } from '../../cli/interruption';
import type { Clock } from '../../cli/io';
import { type AccountOptions, type ListingOptions, type PolicyOptions, policyOf } from '../../cli/options';
import { Progress } from '../../cli/progress';
import type { ScanSettings } from '../../inventory/inspect-batch';
import { metadataJson } from '../../inventory/metadata';
import { type ChosenRepository, chooseRepositories } from '../../inventory/repositories';
import type { Row } from '../../inventory/row';
import { metadataOf, survey } from '../../inventory/survey';
import type { Totals } from '../../inventory/totals';
import { follow, requestAudit } from './remote';
import { repairAll } from './repair-all';
import { BackfillReport } from './report';

export interface BackfillOptions extends AccountOptions, ListingOptions, PolicyOptions {
  /** PutImage calls a second. */
  readonly rate: number;
  readonly dryRun?: boolean;
  readonly remote?: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Scans, then repairs what is missing or stale, or has it repaired. */
export async function runBackfill(
  account: Account,
  { options, output, io }: CommandContext<BackfillOptions>,
): Promise<ExitCode> {
  const { repository: patterns = [] } = options;
  const settings = { account, policy: policyOf(options) };
  const repositories = await chooseRepositories(account, patterns);
  const head = { ...metadataJson(metadataOf(settings, patterns)), mode: modeOf(options) };
  const report = new BackfillReport(head, output, options);
  const progress = new Progress(output.stderr);
  const interruption = new Interruption(io.signals, () => {
    progress.stop();
    output.note('interrupted: finishing what is under way; once more ends at once');
  });
  const backfill = new Backfill(settings, report, progress, interruption.signal, io.clock);
  try {
    const exitCode = await backfill.run(repositories, options);
    const ended = report.end(exitCode, interruption.signal.aborted);
    return interruption.exitCode ?? ended;
  } catch (error) {
    const failed = report.fail(error);
    return interruption.exitCode ?? failed;
  } finally {
    interruption.stop();
  }
}

const modeOf = ({ dryRun, remote }: BackfillOptions) => (dryRun ? 'dry-run' : remote ? 'remote' : 'repair');

class Backfill {
  readonly #work: ImageTag[] = [];

  constructor(
    readonly settings: ScanSettings,
    readonly report: BackfillReport,
    readonly progress: Progress,
    readonly signal: AbortSignal,
    readonly clock: Clock,
  ) {}

  /** @returns what the work itself came to; what was refused or left counts later */
  async run(repositories: readonly ChosenRepository[], options: BackfillOptions): Promise<ExitCode> {
    const { report, progress, signal } = this;
    const isDryRun = options.dryRun ?? false;
    const onRow = (row: Row) => this.#onRow(row, isDryRun);
    report.totals = await survey(this.settings, repositories, { progress, signal, onRow });
    if (isDryRun) return EXIT.ok;
    if (!options.remote) return this.#repair(options.rate);
    return signal.aborted ? this.#leave(this.#work) : this.#ask(repositories, report.totals, options);
  }

  #onRow(row: Row, isDryRun: boolean): void {
    const { repository, tag, companion } = row;
    const { tag: companionTag, detail, reason } = companion;
    const base = {
      repository,
      sourceTag: tag,
      ...(reason ? { reason } : {}),
      ...(detail ? { detail } : {}),
      ...(companionTag ? { companionTag } : {}),
    };
    if (row.isRepairable && isDryRun) this.report.add({ ...base, reason: companion.state, outcome: 'to-do' });
    else if (row.isRepairable) this.#work.push({ repository, tag });
    else if (companion.state === 'refused') this.report.add({ ...base, outcome: 'refused' });
    else if (companion.state === 'unreadable') this.report.add({ ...base, outcome: 'failed' });
  }

  async #repair(rate: number): Promise<ExitCode> {
    const { settings, report, progress, signal } = this;
    const { account, policy } = settings;
    let done = 0;
    progress.start('repairing', this.#work.length);
    try {
      for await (const repaired of repairAll(account.registry, this.#work, policy, { rate, signal })) {
        done += 1;
        progress.update(done);
        if ('outcomes' in repaired) {
          for (const outcome of repaired.outcomes) report.add(outcomeDetail(outcome, account));
        } else {
          const { repository, tag: sourceTag } = repaired.image;
          report.add({ repository, sourceTag, outcome: 'failed', detail: explain(repaired.error).message });
        }
      }
    } finally {
      progress.stop();
    }
    return this.#leave(this.#work.slice(done));
  }

  async #ask(repositories: readonly ChosenRepository[], totals: Totals, options: BackfillOptions): Promise<ExitCode> {
    const { settings, report, progress, signal, clock } = this;
    const before = this.#work.length;
    if (before === 0) return EXIT.ok;
    const affected = repositories.filter(({ name }) => totals.toDo.has(name));
    const named = options.repository ? affected.map(({ name }) => name) : undefined;
    await requestAudit(settings.account, options, named);
    report.note(`asked the service for an audit of ${named ? named.join(', ') : 'the registry'}`);
    const { left, isTimedOut } = await follow(settings, affected, {
      work: this.#work,
      timeoutMs: options.timeout,
      progress,
      signal,
      clock,
    });
    report.tally.byService = before - left.length;
    this.#leave(left);
    return isTimedOut ? EXIT.timedOut : EXIT.ok;
  }

  #leave(images: readonly ImageTag[]): ExitCode {
    const { companionTag } = this.settings.policy;
    for (const { repository, tag } of images)
      this.report.add({
        repository,
        sourceTag: tag,
        outcome: 'to-do',
        companionTag: companionTagOf(tag, companionTag),
      });
    return EXIT.ok;
  }
}
