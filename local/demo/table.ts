import Table from 'cli-table3';
import type { Row } from './check';

const EDGES = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'];
const LINES = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'];
const NO_BORDERS = Object.fromEntries([...EDGES, ...LINES].map((name) => [name, '']));

export function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    chars: { ...NO_BORDERS, middle: ' ' },
    head: ['', 'pushed as', 'image', 'outcome', 'companion', 'media type', 'digest'],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  for (const { problems, pushedAs, image, outcome, companion, mediaType, digest } of rows)
    table.push([problems.length === 0 ? 'ok' : 'NO', pushedAs, image, outcome, companion, mediaType, digest]);
  return table.toString();
}
