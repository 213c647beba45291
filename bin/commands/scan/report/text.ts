import type { Output, Style } from '../../../cli/output';
import type { Acceptance } from '../../../inventory/acceptance';
import { CONSUMERS, type Consumer } from '../../../inventory/consumers';
import type { Row, TagState } from '../../../inventory/row';

const STYLES: Partial<Record<TagState, Style>> = {
  current: 'green',
  missing: 'yellow',
  'out-of-date': 'yellow',
  refused: 'red',
  unreadable: 'red',
  orphan: 'yellow',
};
const VERDICTS = { accepted: 'yes', refused: 'no', unknown: '?' } as const;

/** The image comes last, because its length has no bound: rows can be printed as they come, and still form columns. */
const WIDTHS = [28, 11] as const;

function line(before: readonly [string, string], verdicts: readonly string[], heads: readonly string[], image: string) {
  const cells = [
    ...before.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)),
    ...verdicts.map((cell, at) => cell.padEnd(heads[at]?.length ?? 0)),
  ];
  return [...cells, image].join('  ');
}

const headsOf = (consumers: readonly Consumer[]) => consumers.map((consumer) => CONSUMERS[consumer].column);

export function tableHead(consumers: readonly Consumer[]): string {
  const heads = headsOf(consumers);
  return line(['COMPANION', 'FORMAT'], heads, heads, 'IMAGE');
}

export function tableRow(row: Row, consumers: readonly Consumer[], output: Output): string {
  const { companion, format, kind, accepted, repository, tag } = row;
  const verdict = ({ verdict }: Acceptance) =>
    kind === 'artifact' || kind === 'build-cache' ? '-' : VERDICTS[verdict];
  const state = `${companion.state} ${companion.reason ?? ''}`.trimEnd().padEnd(WIDTHS[0]);
  const verdicts = consumers.map((consumer) => verdict(accepted[consumer]));
  const cells = line(['', format], verdicts, headsOf(consumers), `${repository}:${tag}`).slice(WIDTHS[0]);
  return `${output.style(STYLES[companion.state] ?? 'dim', state)}${cells}`;
}
