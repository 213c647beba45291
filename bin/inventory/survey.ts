import { explain } from '../cli/explain';
import type { Progress } from '../cli/progress';
import type { ScanSettings } from './inspect-batch';
import type { ChosenRepository } from './repositories';
import type { Row } from './row';
import { type ScanOptions, scan } from './scan';
import { Totals } from './totals';

export interface SurveyOptions extends ScanOptions {
  readonly progress: Progress;
  /** Runs for each row as soon as it is known. */
  readonly onRow: (row: Row) => void;
  /** Ends the survey early. */
  readonly signal?: AbortSignal;
}

/** Scans repositories, row by row, and totals them. @throws what keeps all of them from being read */
export async function survey(
  settings: ScanSettings,
  repositories: readonly ChosenRepository[],
  { progress, onRow, signal, ...options }: SurveyOptions,
): Promise<Totals> {
  const totals = new Totals();
  let done = 0;
  progress.start('reading repositories', repositories.length);
  try {
    for await (const { repository, rows, isLast, error, lifecycleRisk } of scan(settings, repositories, options)) {
      if (signal?.aborted) break;
      for (const row of rows) {
        totals.add(row);
        onRow(row);
      }
      if (error !== undefined) totals.addUnreadable(repository, explain(error).message);
      if (lifecycleRisk !== undefined) totals.lifecycleRisks.push({ repository, why: lifecycleRisk });
      if (isLast) done += 1;
      progress.update(done);
    }
    return totals;
  } finally {
    progress.stop();
  }
}
