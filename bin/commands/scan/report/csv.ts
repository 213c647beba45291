import type { Consumer } from '../../../inventory/consumers';
import type { Row } from '../../../inventory/row';

type Column = readonly [name: string, of: (row: Row) => string | number | undefined];

const columnsFor = (consumers: readonly Consumer[]): readonly Column[] => [
  ['repository', (row) => row.repository],
  ['tag', (row) => row.tag],
  ['digest', (row) => row.digest],
  ['format', (row) => row.format],
  ['kind', (row) => row.kind],
  ['mediaType', (row) => row.mediaType],
  ['sizeInBytes', (row) => row.size],
  ['pushedAt', (row) => row.pushedAt?.toISOString()],
  ...consumers.flatMap((consumer): readonly Column[] => [
    [consumer, (row) => row.accepted[consumer].verdict],
    [`${consumer}Why`, (row) => row.accepted[consumer].why],
  ]),
  ['companion', (row) => row.companion.state],
  ['reason', (row) => row.companion.reason],
  ['detail', (row) => row.companion.detail],
  ['companionTag', (row) => row.companion.tag],
  ['companionDigest', (row) => row.companion.digest],
];

export const csvHead = (consumers: readonly Consumer[]): string =>
  columnsFor(consumers)
    .map(([name]) => name)
    .join(',');
export const csvRow = (row: Row, consumers: readonly Consumer[]): string =>
  columnsFor(consumers)
    .map(([, of]) => csvCell(of(row)))
    .join(',');

/**
 * A cell by RFC 4180. Spreadsheets run a cell that starts with one of these characters as a formula, and a manifest is hostile input: an
 * apostrophe keeps it text. https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(value: string | number | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = (value ?? '').replace(/^(?=[=+\-@\t\r\n|%])/, "'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
