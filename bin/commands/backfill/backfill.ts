import { companionTagOf } from '../../../lambda/core/companion/companion-tag';
import type { ImageTag } from '../../../lambda/core/companion/outcome';
import { outcomeDetail } from '../../../lambda/events/outcome-event';
import { EXIT, type ExitCode } from '../../cli/exit-code';
import { explain } from '../../cli/explain';
import type { Clock } from '../../cli/io';
import type { AccountOptions, ListingOptions, PolicyOptions } from '../../cli/options';
import type { Progress } from '../../cli/progress';
import type { ScanSettings } from '../../inventory/inspect-batch';
import type { ChosenRepository } from '../../inventory/repositories';
import type { Row } from '../../inventory/row';
import { survey } from '../../inventory/survey';
import { followService, requestAudit } from './remote';
import { repairAll } from './repair-all';
import type { BackfillReport } from './report';

export interface BackfillOptions extends AccountOptions, ListingOptions, PolicyOptions {
  /** PutImage calls a second. */
  readonly rate: number;
  readonly dryRun?: boolean;
  readonly remote?: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

interface BackfillContext {
  readonly settings: ScanSettings;
  readonly report: BackfillReport;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Scans, then repairs what is missing or out of date, or lets the service do it. */
export class Backfill {
  readonly #context: BackfillContext;
  /** What a repair would change. */
  readonly #work: ImageTag[] = [];

  constructor(context: BackfillContext) {
    this.#context = context;
  }

  /** @returns the exit code of the work itself; the report adds what was refused or left */
  async run(repositories: readonly ChosenRepository[], options: BackfillOptions): Promise<ExitCode> {
    const { settings, report, progress, signal } = this.#context;
    const isDryRun = options.dryRun ?? false;
    const onRow = (row: Row) => this.#onRow(row, isDryRun);
    report.totals = await survey(settings, repositories, { progress, signal, onRow });
    if (isDryRun) return EXIT.ok;
    if (!options.remote) return this.#repair(options.rate);
    if (signal.aborted) return this.#reportLeft(this.#work);
    const affected = repositories.filter(({ name }) => report.totals.toDo.has(name));
    return this.#repairRemotely(affected, options);
  }

  #onRow(row: Row, isDryRun: boolean): void {
    const { report } = this.#context;
    const { repository, tag, companion, isRepairable } = row;
    const { state, tag: companionTag, detail, reason } = companion;
    const base = {
      repository,
      sourceTag: tag,
      ...(reason ? { reason } : {}),
      ...(detail ? { detail } : {}),
      ...(companionTag ? { companionTag } : {}),
    };
    if (isRepairable && isDryRun) report.add({ ...base, reason: state, outcome: 'to-do' });
    else if (isRepairable) this.#work.push({ repository, tag });
    else if (state === 'refused') report.add({ ...base, outcome: 'refused' });
    else if (state === 'unreadable') report.add({ ...base, outcome: 'failed' });
  }

  async #repair(rate: number): Promise<ExitCode> {
    const { settings, report, progress, signal } = this.#context;
    const { account, policy } = settings;
    let done = 0;
    progress.start('repairing', this.#work.length);
    try {
      for await (const result of repairAll(account.registry, this.#work, policy, { rate, signal })) {
        done += 1;
        progress.update(done);
        if (result.kind === 'repaired') {
          for (const outcome of result.outcomes) report.add(outcomeDetail(outcome, account));
        } else {
          const { repository, tag: sourceTag } = result.image;
          report.add({ repository, sourceTag, outcome: 'failed', detail: explain(result.error).message });
        }
      }
    } finally {
      progress.stop();
    }
    return this.#reportLeft(this.#work.slice(done));
  }

  async #repairRemotely(affected: readonly ChosenRepository[], options: BackfillOptions): Promise<ExitCode> {
    const { settings, report, progress, signal, clock } = this.#context;
    const work = this.#work;
    if (work.length === 0) return EXIT.ok;
    const names = options.repository ? affected.map(({ name }) => name) : undefined;
    await requestAudit(settings.account, options, names);
    report.note(`requested an audit of ${names ? names.join(', ') : 'the registry'}`);
    const followed = { work, timeoutMs: options.timeout, progress, signal, clock };
    const { left, isTimedOut } = await followService(settings, affected, followed);
    report.tally.byService = work.length - left.length;
    this.#reportLeft(left);
    return isTimedOut ? EXIT.timedOut : EXIT.ok;
  }

  #reportLeft(images: readonly ImageTag[]): ExitCode {
    const { report, settings } = this.#context;
    for (const { repository, tag } of images) {
      const companionTag = companionTagOf(tag, settings.policy.companionTag);
      report.add({ repository, sourceTag: tag, outcome: 'to-do', companionTag });
    }
    return EXIT.ok;
  }
}
