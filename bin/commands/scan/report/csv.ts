import type { Row } from '../../../inventory/row';

const COLUMNS: readonly (readonly [name: string, of: (row: Row) => string | number | undefined])[] = [
  ['repository', (row) => row.repository],
  ['tag', (row) => row.tag],
  ['digest', (row) => row.digest],
  ['format', (row) => row.format],
  ['kind', (row) => row.kind],
  ['mediaType', (row) => row.mediaType],
  ['sizeInBytes', (row) => row.size],
  ['pushedAt', (row) => row.pushedAt?.toISOString()],
  ['sagemaker', (row) => row.sagemaker.verdict],
  ['sagemakerWhy', (row) => row.sagemaker.why],
  ['lambda', (row) => row.lambda.verdict],
  ['lambdaWhy', (row) => row.lambda.why],
  ['companion', (row) => row.companion.state],
  ['reason', (row) => row.companion.reason],
  ['detail', (row) => row.companion.detail],
  ['companionTag', (row) => row.companion.tag],
  ['companionDigest', (row) => row.companion.digest],
];

export const csvHead = (): string => COLUMNS.map(([name]) => name).join(',');
export const csvRow = (row: Row): string => COLUMNS.map(([, of]) => csvCell(of(row))).join(',');

/**
 * A cell by RFC 4180. Spreadsheets run a cell that starts with one of these characters as a formula, and a manifest is hostile input: an
 * apostrophe keeps it text. https://owasp.org/www-community/attacks/CSV_Injection
 */
export function csvCell(value: string | number | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = (value ?? '').replace(/^(?=[=+\-@\t\r\n|%])/, "'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
