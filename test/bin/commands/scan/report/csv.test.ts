import fc from 'fast-check';
import { csvCell, csvHead, csvRow } from '../../../../../bin/commands/scan/report/csv';
import { ASKED, aRow, refused } from './rows';

/** Enough of RFC 4180 to read it back. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

describe('CSV', () => {
  test('no cell is a formula, and each reads back', () => {
    for (const start of ['=', '+', '-', '@', '\t', '\r', '\n', '|', '%']) {
      const text = `${start}HYPERLINK("https://example.com","a")`;
      expect(cellsOf(csvCell(text))).toEqual([`'${text}`]);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const [cell = '', ...more] = cellsOf(csvCell(text));
        expect(more).toEqual([]);
        expect([text, `'${text}`]).toContain(cell);
        expect(cell).not.toMatch(/^[=+\-@\t\r\n|%]/);
      }),
    );
  });

  test('a row has a cell for each column', () => {
    const columns = cellsOf(csvHead(ASKED));
    const row = cellsOf(csvRow(refused('v1', 'a "quoted", detail'), ASKED));
    expect(row).toHaveLength(columns.length);
    expect(row[columns.indexOf('detail')]).toBe('a "quoted", detail');
    expect(row[columns.indexOf('sizeInBytes')]).toBe('12345678');
    expect(cellsOf(csvRow(aRow({ mediaType: '=1+1' }), ASKED))[columns.indexOf('mediaType')]).toBe("'=1+1");
  });
});
