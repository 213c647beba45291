import { explain } from '../cli/explain';
import type { Progress } from '../cli/progress';
import type { ScanSettings } from './inspect-batch';
import type { InventoryMetadata } from './metadata';
import type { ChosenRepository } from './repositories';
import type { Row } from './row';
import { scan } from './scan';
import { Totals } from './totals';

export interface SurveyOptions {
  readonly progress: Progress;
  /** Called for each row, as it comes. */
  readonly onRow: (row: Row) => void;
  /** Ends the survey early. */
  readonly signal?: AbortSignal;
}

/** Scans repositories, row by row, and sums up. @throws what keeps all of them from being read */
export async function survey(
  settings: ScanSettings,
  repositories: readonly ChosenRepository[],
  { progress, onRow, signal }: SurveyOptions,
): Promise<Totals> {
  const totals = new Totals();
  let done = 0;
  progress.start('reading repositories', repositories.length);
  try {
    for await (const { repository, rows, isLast, error } of scan(settings, repositories)) {
      if (signal?.aborted) break;
      for (const row of rows) {
        totals.add(row);
        onRow(row);
      }
      if (error !== undefined) totals.addUnreadable(repository, explain(error).message);
      if (isLast) done += 1;
      progress.update(done);
    }
    return totals;
  } finally {
    progress.stop();
  }
}

/** @param repositories patterns, as the commands have them */
export function metadataOf(
  { account, policy }: ScanSettings,
  repositories: readonly string[],
  generatedAt = new Date(),
): InventoryMetadata {
  return { ...addressOf(account), generatedAt, policy, repositories };
}

/** An empty registry does not say whose it is. */
function addressOf(account: ScanSettings['account']): { readonly account: string; readonly region: string } {
  const { region } = account;
  try {
    return { account: account.account, region };
  } catch {
    return { account: 'unknown', region };
  }
}
