import type { Output } from '../../../cli/output';
import type { ForOption } from '../../../inventory/for-option';
import { JsonDocument, rowJson } from '../../../inventory/json';
import type { Row } from '../../../inventory/row';
import { csvHead, csvRow } from './csv';
import { tableHead, tableRow } from './text';

/** Prints the rows of a scan as they come. */
export interface Printer {
  /** Whether rows go to stdout. */
  readonly isPrinting: boolean;
  row(row: Row): void;
  end(tail: object): void;
}

export interface PrinterOptions extends ForOption {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly html?: string;
}

/** @param head the first fields of a JSON document */
export function printerOf(options: PrinterOptions, output: Output, head: object): Printer {
  const { for: consumers } = options;
  if (options.json) {
    const document = new JsonDocument((text) => output.stdout.write(text), head, 'images');
    return { isPrinting: true, row: (row) => document.add(rowJson(row, consumers)), end: (tail) => document.end(tail) };
  }
  if (options.csv) {
    // RFC 4180 ends lines like this, and spreadsheets expect it.
    const write = (line: string) => output.stdout.write(`${line}\r\n`);
    write(csvHead(consumers));
    return { isPrinting: true, row: (row) => write(csvRow(row, consumers)), end: () => {} };
  }
  if (options.html !== undefined) return { isPrinting: false, row: () => {}, end: () => {} };
  output.print(output.style('bold', tableHead(consumers)));
  return { isPrinting: true, row: (row) => output.print(tableRow(row, consumers, output)), end: () => {} };
}
