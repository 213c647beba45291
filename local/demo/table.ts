import Table from 'cli-table3';
import type { Row } from './check';

export function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: ' ',
    },
    head: ['', 'pushed as', 'image', 'outcome', 'companion', 'media type', 'digest'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  for (const row of rows) {
    const mark = row.problems.length === 0 ? 'ok' : 'NO';
    table.push([mark, row.pushedAs, row.image, row.outcome, row.companion, row.mediaType, row.digest]);
  }
  return table.toString();
}
