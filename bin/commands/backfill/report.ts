import { EXIT, type ExitCode, worstExitCode } from '../../cli/exit-code';
import { optedOutNote } from '../../cli/opt-out';
import type { AccountOptions } from '../../cli/options';
import type { Output } from '../../cli/output';
import { reportError } from '../../cli/report-error';
import { JsonDocument } from '../../inventory/json';
import { type RepositoryNote, scopeOf, Totals } from '../../inventory/totals';
import { type BackfillEntry, Tally, tallyJson, tallyText } from './tally';

/** A broken network would list thousands. */
const MAX_FAILURES_LISTED = 20;

interface ReportOptions extends AccountOptions {
  readonly dryRun?: boolean;
}

/** Prints what a backfill did: text for a person, or one JSON document. */
export class BackfillReport {
  readonly tally = new Tally();
  totals = new Totals();
  /** Repositories that got no new companions, and why. */
  readonly lifecycleRisks: RepositoryNote[] = [];
  readonly #document: JsonDocument | undefined;
  readonly #failures: string[] = [];

  constructor(
    head: object,
    readonly output: Output,
    readonly options: ReportOptions,
  ) {
    this.#document = output.json ? new JsonDocument((text) => output.stdout.write(text), head, 'images') : undefined;
  }

  add(entry: BackfillEntry): void {
    this.tally.add(entry);
    this.#document?.add(entry);
    const { repository, sourceTag, outcome, reason, detail = '', companionTag } = entry;
    if (outcome === 'to-do' && this.options.dryRun && !this.#document)
      this.output.print(
        `${this.output.style('yellow', (reason ?? '').padEnd('out-of-date'.length))}  ${repository}:${sourceTag} -> ${companionTag}`,
      );
    if (outcome === 'failed') this.#failures.push(`${repository}:${sourceTag}: ${detail}`);
  }

  note(text: string): void {
    this.output.note(text);
  }

  /**
   * @param exitCode of the work itself
   * @param isInterrupted whether a signal ended it early
   */
  end(exitCode: ExitCode, isInterrupted: boolean): ExitCode {
    const { tally, totals, output } = this;
    this.#printFailures();
    const codes: ExitCode[] = [exitCode];
    if (tally.failed > 0 || totals.unreadable.length > 0) codes.push(EXIT.unknown);
    for (const { repository, why } of this.lifecycleRisks)
      output.note(
        `note: ${repository} gets no new companions (lifecycle-policy): ${why}. See \`ecr-oci lifecycle ${repository}\`, or use --despite-lifecycle.`,
      );
    for (const repository of totals.optedOut) output.note(optedOutNote(repository));
    if (tally.refused > 0 || tally.left > 0 || totals.optedOut.size > 0) codes.push(EXIT.no);
    if (this.#document) this.#document.end({ isComplete: !isInterrupted, summary: tallyJson(tally, totals) });
    else this.#printSummary();
    if (exitCode === EXIT.timedOut)
      output.note(
        "The service didn't repair the rest in time. Is it deployed in this account and Region, for these repositories, and with these companion options?",
      );
    return worstExitCode(codes);
  }

  /** The JSON document has begun: the error ends it instead of following it. */
  fail(error: unknown): ExitCode {
    const { tally, totals, output, options } = this;
    this.#printFailures();
    const explained = reportError(error, options, output);
    this.#document?.end({ isComplete: false, error: explained, summary: tallyJson(tally, totals) });
    return explained.exitCode;
  }

  /** The data of a dry run is its list. */
  #printSummary(): void {
    const { tally, totals, output, options } = this;
    const text = `${scopeOf(totals)}\n${tallyText(tally, totals)}`;
    if (options.dryRun) output.note(text);
    else output.print(text);
  }

  #printFailures(): void {
    const { output, totals } = this;
    for (const { repository, why } of totals.unreadable)
      output.note(`${output.noteStyle('red', 'not read:')} ${repository}: ${why}`);
    for (const line of this.#failures.slice(0, MAX_FAILURES_LISTED))
      output.note(`${output.noteStyle('red', 'failed:')} ${line}`);
    const more = this.#failures.length - MAX_FAILURES_LISTED;
    if (more > 0) output.note(`and ${more} more failed`);
  }
}
