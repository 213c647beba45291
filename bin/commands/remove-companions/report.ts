import { EXIT, type ExitCode, worstExitCode } from '../../cli/exit-code';
import type { AccountOptions } from '../../cli/options';
import type { Output, Style } from '../../cli/output';
import { reportError } from '../../cli/report-error';
import { count, ranked } from '../../inventory/counts';
import { JsonDocument } from '../../inventory/json';
import { plural, type RepositoryNote } from '../../inventory/totals';
import type { FoundCompanion } from './find-companions';
import type { KeptReason } from './kept-reasons';
import type { Removal } from './remove-tags';

/** `to-do`: it's ours, and it was not removed. */
export type Result = Removal | { readonly outcome: 'to-do' };

const WORDS: Readonly<Record<Result['outcome'], readonly [text: string, style: Style]>> = {
  'to-do': ['to remove', 'yellow'],
  removed: ['removed', 'green'],
  gone: ['gone', 'green'],
  kept: ['kept', 'yellow'],
  failed: ['failed', 'red'],
};

/** Prints what happens to each tag: text for a person, or one JSON document. */
export class RemovalReport {
  readonly #outcomes = new Map<Result['outcome'], number>();
  readonly #reasons = new Map<KeptReason, number>();
  readonly #document: JsonDocument | undefined;

  constructor(
    head: object,
    readonly unreadable: readonly RepositoryNote[],
    readonly output: Output,
    readonly options: AccountOptions,
  ) {
    this.#document = output.json
      ? new JsonDocument((text) => output.stdout.write(text), head, 'companions')
      : undefined;
  }

  add(companion: FoundCompanion, result: Result): void {
    count(this.#outcomes, result.outcome);
    if (result.outcome === 'kept') count(this.#reasons, result.reason);
    if (this.#document) this.#document.add(entryOf(companion, result));
    else this.output.print(this.#lineOf(companion, result));
  }

  /** @param isInterrupted whether a signal ended it early */
  end(isInterrupted: boolean): ExitCode {
    const { output, unreadable } = this;
    for (const { repository, why } of unreadable)
      output.note(`${output.noteStyle('red', 'not read:')} ${repository}: ${why}`);
    if (this.#document) this.#document.end({ isComplete: !isInterrupted, summary: this.#summary() });
    else output.note(this.#totals());
    const isUnknown = this.#of('failed') > 0 || this.#reasons.has('unreadable') || unreadable.length > 0;
    const isLeft = this.#of('to-do') > 0 || this.#of('kept') > 0;
    return worstExitCode([isUnknown ? EXIT.unknown : EXIT.ok, isLeft ? EXIT.no : EXIT.ok]);
  }

  /** The JSON document has begun: the error ends it instead of following it. */
  fail(error: unknown): ExitCode {
    const explained = reportError(error, this.options, this.output);
    this.#document?.end({ isComplete: false, error: explained, summary: this.#summary() });
    return explained.exitCode;
  }

  #of(outcome: Result['outcome']): number {
    return this.#outcomes.get(outcome) ?? 0;
  }

  #summary(): object {
    return {
      toDo: this.#of('to-do'),
      removed: this.#of('removed'),
      gone: this.#of('gone'),
      kept: Object.fromEntries(this.#reasons),
      failed: this.#of('failed'),
      unreadable: this.unreadable,
    };
  }

  #totals(): string {
    const total = [...this.#outcomes.values()].reduce((sum, number) => sum + number, 0);
    const counts = [
      ...ranked(this.#outcomes).flatMap(([outcome, number]) =>
        outcome === 'kept' ? [] : [`${number.toLocaleString('en')} ${WORDS[outcome][0]}`],
      ),
      ...ranked(this.#reasons).map(([reason, number]) => `${number.toLocaleString('en')} kept (${reason})`),
    ];
    return `${plural(total, 'companion tag')}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}`;
  }

  #lineOf({ repository, tag, keptBy }: FoundCompanion, result: Result): string {
    const [word, style] = WORDS[result.outcome];
    const head = `${this.output.style(style, word.padEnd('to remove'.length))}  ${repository}:${tag}`;
    if (result.outcome === 'kept') return `${head}  ${result.reason}: ${result.detail}`;
    if (result.outcome === 'failed') return `${head}  ${result.detail}`;
    return keptBy && result.outcome !== 'gone' ? `${head}  only the tag: ${keptBy} names the image, too` : head;
  }
}

const entryOf = (
  { repository, tag, digest, sourceTag, lastPulledAt, keptBy }: FoundCompanion,
  result: Result,
): object => ({
  repository,
  tag,
  digest,
  ...(sourceTag === undefined ? {} : { sourceTag }),
  ...(lastPulledAt ? { lastPulledAt: lastPulledAt.toISOString() } : {}),
  ...(keptBy === undefined ? {} : { imageKeptBy: keptBy }),
  ...result,
});
