import { companionTagOf } from '../../../lambda/core/companion/companion-tag';
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
import { refuseByLifecycle } from './lifecycle';
import { followService, requestAudit } from './remote';
import { repairAll } from './repair-all';
import type { BackfillReport } from './report';
import type { Work } from './work';

export interface BackfillOptions extends AccountOptions, ListingOptions, PolicyOptions {
  /** PutImage calls a second. */
  readonly rate: number;
  readonly dryRun?: boolean;
  /** Whether new companions are put whatever the repository's lifecycle policy would do. */
  readonly despiteLifecycle?: boolean;
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
  readonly #found: Work[] = [];

  constructor(context: BackfillContext) {
    this.#context = context;
  }

  /** @returns the exit code of the work itself; the report adds what was refused or left */
  async run(repositories: readonly ChosenRepository[], options: BackfillOptions): Promise<ExitCode> {
    const { settings, report, progress, signal } = this.#context;
    report.totals = await survey(settings, repositories, { progress, signal, onRow: (row) => this.#onRow(row) });
    if (signal.aborted) return this.#reportLeft(this.#found);
    const refused = options.despiteLifecycle
      ? new Set<Work>()
      : await refuseByLifecycle(settings, this.#found, report, signal);
    const work = this.#found.filter((one) => !refused.has(one));
    if (options.dryRun || signal.aborted) return this.#reportLeft(work);
    if (!options.remote) return this.#repair(work, options.rate);
    return this.#repairRemotely(work, repositories, options);
  }

  #onRow({ repository, tag, companion, companions, isRepairable }: Row): void {
    const { report, settings } = this.#context;
    const { state, tag: companionTag = companionTagOf(tag, settings.policy.companionTag), detail, reason } = companion;
    if (isRepairable) {
      const isNew = companions.every(({ state }) => state !== 'current' && state !== 'out-of-date');
      this.#found.push({ repository, tag, state, companionTag, isNew });
      return;
    }
    if (companions.some(({ state }) => state === 'missing' || state === 'out-of-date')) {
      // Only a recompression is needed, which the service does.
      const why = detail ? { detail } : {};
      report.add({ repository, sourceTag: tag, outcome: 'to-do', reason: state, companionTag, ...why });
      return;
    }
    if (state !== 'refused' && state !== 'unreadable') return;
    report.add({
      repository,
      sourceTag: tag,
      ...(reason ? { reason } : {}),
      ...(detail ? { detail } : {}),
      ...(companion.tag ? { companionTag: companion.tag } : {}),
      outcome: state === 'refused' ? 'refused' : 'failed',
    });
  }

  async #repair(work: readonly Work[], rate: number): Promise<ExitCode> {
    const { settings, report, progress, signal } = this.#context;
    const { account, policy } = settings;
    let done = 0;
    progress.start('repairing', work.length);
    try {
      for await (const result of repairAll(account.registry, work, policy, { rate, signal })) {
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
    return this.#reportLeft(work.slice(done));
  }

  async #repairRemotely(
    work: readonly Work[],
    repositories: readonly ChosenRepository[],
    options: BackfillOptions,
  ): Promise<ExitCode> {
    const { settings, report, progress, signal, clock } = this.#context;
    if (work.length === 0) return EXIT.ok;
    const toRepair = new Set(work.map(({ repository }) => repository));
    const affected = repositories.filter(({ name }) => toRepair.has(name));
    const names = options.repository ? affected.map(({ name }) => name) : undefined;
    await requestAudit(settings.account, options, names);
    report.note(`requested an audit of ${names ? names.join(', ') : 'the registry'}`);
    const followed = { work, timeoutMs: options.timeout, progress, signal, clock };
    const { left, isTimedOut } = await followService(settings, affected, followed);
    report.tally.byService = work.length - left.length;
    this.#reportLeft(left);
    return isTimedOut ? EXIT.timedOut : EXIT.ok;
  }

  #reportLeft(left: readonly Work[]): ExitCode {
    const { report } = this.#context;
    for (const { repository, tag: sourceTag, state, companionTag } of left)
      report.add({ repository, sourceTag, outcome: 'to-do', reason: state, companionTag });
    return EXIT.ok;
  }
}
