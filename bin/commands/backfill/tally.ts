import type { OutcomeName } from '../../../lambda/core/companion/outcome';
import type { OutcomeDetail } from '../../../lambda/events/outcome-event';
import { count, ranked } from '../../inventory/counts';
import type { Totals } from '../../inventory/totals';

/** What a backfill did or found: one outcome, or one tag. */
export type BackfillEntry =
  | OutcomeDetail
  | {
      readonly repository: string;
      readonly sourceTag: string;
      /** `failed`: a later run may succeed. `to-do`: a repair would change something, and none was made. */
      readonly outcome: 'refused' | 'failed' | 'to-do';
      readonly reason?: string;
      readonly detail?: string;
      readonly companionTag?: string;
    };

/** The totals of a backfill: outcomes by companion tag, and what is left by source tag. */
export class Tally {
  readonly outcomes = new Map<OutcomeName | 'failed', number>();
  readonly refusals = new Map<string, number>();
  readonly skips = new Map<string, number>();
  failed = 0;
  /** Tags that the service repaired on request. */
  byService = 0;
  left = 0;

  add({ outcome, reason = '' }: BackfillEntry): void {
    if (outcome === 'to-do') {
      this.left += 1;
      return;
    }
    if (outcome === 'failed') this.failed += 1;
    else count(this.outcomes, outcome);
    if (outcome === 'refused') count(this.refusals, reason);
    if (outcome === 'skipped') count(this.skips, reason);
  }

  get refused(): number {
    return this.of('refused');
  }

  of(outcome: OutcomeName): number {
    return this.outcomes.get(outcome) ?? 0;
  }
}

export const tallyJson = (tally: Tally, totals: Totals): object => ({
  tags: totals.tags,
  images: totals.images,
  currentBefore: totals.states.get('current') ?? 0,
  optedOut: totals.skips.get('opted-out') ?? 0,
  converted: tally.of('converted'),
  aliased: tally.of('aliased'),
  repairedByService: tally.byService,
  unchanged: tally.of('unchanged'),
  skipped: Object.fromEntries(tally.skips),
  refused: Object.fromEntries(tally.refusals),
  failed: tally.failed,
  left: tally.left,
  unreadable: totals.unreadable,
});

/** Lines of a number and what it counts. */
export function tallyText(tally: Tally, totals: Totals): string {
  const rows: (readonly [number, string])[] = [
    [totals.states.get('current') ?? 0, 'current before'],
    [totals.skips.get('opted-out') ?? 0, 'left alone: opted-out'],
    [tally.of('converted'), 'converted'],
    [tally.of('aliased'), 'aliased'],
    [tally.byService, 'repaired by the service'],
    [tally.of('unchanged'), 'current meanwhile'],
    ...ranked(tally.skips).map(([reason, number]) => [number, `skipped: ${reason}`] as const),
    ...ranked(tally.refusals).map(([reason, number]) => [number, `refused: ${reason}`] as const),
    [tally.failed, 'failed'],
    [totals.unreadable.length, 'repositories not read'],
    [tally.left, 'left to do'],
  ];
  const shown = rows.filter(([number], at) => number > 0 || at === 0);
  const width = Math.max(...shown.map(([number]) => number.toLocaleString('en').length));
  return shown.map(([number, what]) => `${number.toLocaleString('en').padStart(width)}  ${what}`).join('\n');
}
