import type { Output, Style } from '../../../cli/output';
import type { Acceptance } from '../../../inventory/acceptance';
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
const WIDTHS = [28, 11, 9, 6] as const;

const line = (cells: readonly string[]): string => cells.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)).join('  ');

export const tableHead = (): string => line(['COMPANION', 'FORMAT', 'SAGEMAKER', 'LAMBDA', 'IMAGE']);

export function tableRow({ companion, format, kind, sagemaker, lambda, repository, tag }: Row, output: Output): string {
  const verdict = ({ verdict }: Acceptance) =>
    kind === 'artifact' || kind === 'build-cache' ? '-' : VERDICTS[verdict];
  const [state = '', ...rest] = [`${companion.state} ${companion.reason ?? ''}`.trimEnd().padEnd(WIDTHS[0])];
  const cells = line(['', format, verdict(sagemaker), verdict(lambda), `${repository}:${tag}`]).slice(WIDTHS[0]);
  return [output.style(STYLES[companion.state] ?? 'dim', state), ...rest, cells].join('');
}
