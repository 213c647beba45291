import Table from 'cli-table3';
import { isMet, type Row, ratiosOf, spreadOf } from './row';

export interface MeasuredGroup {
  readonly name: string;
  readonly rows: readonly Row[];
}

const HEAD = ['', 'unit', 'ours', 'compared with', '', 'ratio', 'min–max', 'goal', ''] as const;

/** A number with three digits that count. */
export function short(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return `${Number(value.toPrecision(3))}`;
}

function cellsOf(row: Row): readonly string[] {
  const { median, min, max } = spreadOf(ratiosOf(row));
  const goal = !row.goal ? '' : 'atMost' in row.goal ? `≤ ${row.goal.atMost}` : `≥ ${row.goal.atLeast}`;
  const verdict = isMet(row);
  return [
    row.what,
    row.unit,
    short(spreadOf(row.ours).median),
    row.against.what,
    short(spreadOf(row.against.values).median),
    short(median),
    min === max ? '' : `${short(min)}–${short(max)}`,
    goal,
    verdict === undefined ? '' : verdict ? 'met' : 'MISSED',
  ];
}

export function textTable(groups: readonly MeasuredGroup[]): string {
  const table = new Table({
    head: [...HEAD],
    colAligns: ['left', 'left', 'right', 'left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, rows } of groups)
    for (const row of rows) {
      const [what, ...cells] = cellsOf(row);
      table.push([`${name}: ${what}`, ...cells]);
    }
  return table.toString();
}

/** One table for each group. */
export function markdownTables(groups: readonly MeasuredGroup[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|') || '-').join(' | ')} |`;
  const head = [...HEAD.slice(0, -1), 'met?'].map((title, at) => title || (at === 0 ? 'what' : 'theirs'));
  const rule = ['---', '---', '---:', '---', '---:', '---:', '---:', '---:', '---'];
  return groups
    .map(({ name, rows }) =>
      [`### ${name}`, '', line(head), line(rule), ...rows.map((row) => line(cellsOf(row)))].join('\n'),
    )
    .join('\n\n');
}
