import fc from 'fast-check';
import { Output } from '../../../../../bin/cli/output';
import { Progress } from '../../../../../bin/cli/progress';
import { repairsAtATime } from '../../../../../bin/commands/backfill/repair-all';
import { percent } from '../../../../../bin/commands/scan/report/chart';
import { csvCell, csvHead, csvRow } from '../../../../../bin/commands/scan/report/csv';
import { escapeHtml, jsonForScript } from '../../../../../bin/commands/scan/report/escape';
import { pageScript } from '../../../../../bin/commands/scan/report/page-script';
import { tableHead, tableRow } from '../../../../../bin/commands/scan/report/text';
import { JsonDocument } from '../../../../../bin/inventory/json';
import { summary } from '../../../../../bin/inventory/totals';
import { aRow, METADATA, missing, pageOf, refused, totalsOf } from './rows';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&amp;`;

/** Enough of RFC 4180 to read it back. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}

describe('CSV', () => {
  test('no cell begins a formula, and each reads back', () => {
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
    const columns = cellsOf(csvHead());
    const row = cellsOf(csvRow(refused('v1', 'a "quoted", detail')));
    expect(row).toHaveLength(columns.length);
    expect(row[columns.indexOf('detail')]).toBe('a "quoted", detail');
    expect(row[columns.indexOf('sizeInBytes')]).toBe('12345678');
    expect(cellsOf(csvRow(aRow({ mediaType: '=1+1' })))[columns.indexOf('mediaType')]).toBe("'=1+1");
  });
});

describe('text of others', () => {
  test('is text in HTML and in a script element', () => {
    expect(escapeHtml(HOSTILE)).not.toMatch(/[<>"']/);
    expect(jsonForScript({ a: HOSTILE })).not.toContain('<');
    expect(JSON.parse(jsonForScript({ a: HOSTILE }))).toEqual({ a: HOSTILE });
  });

  test('adds no element to the page', () => {
    const plain = pageOf([aRow()]);
    const hostile = pageOf(
      [aRow({ repository: HOSTILE, tag: HOSTILE, format: HOSTILE, digest: HOSTILE }), refused('v2', HOSTILE)],
      { ...METADATA, account: HOSTILE, region: HOSTILE, repositories: [HOSTILE] },
    );
    const elements = (html: string) => [...html.matchAll(/<(script|img|iframe|link|svg)\b/g)].map(([, name]) => name);
    expect(elements(hostile).filter((name) => name !== 'svg')).toEqual(['script', 'script']);
    expect(elements(plain).filter((name) => name !== 'svg')).toEqual(['script', 'script']);
    expect(hostile).not.toContain('<img');
  });
});

test('nothing in the page script ends its element', () => {
  expect(pageScript()).not.toMatch(/<\/script|<!--/i);
});

test('the page names nothing to load, and forbids it', () => {
  const html = pageOf([aRow()]);
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/'unsafe-/);
  expect(html).not.toMatch(/\b(?:src|href|action)=|url\(|@import|\bstyle="|\son\w+="/);
});

test('totals: each image is one part of the coverage of each consumer', () => {
  const rows = [
    aRow(),
    missing('v2'),
    refused('v3', 'zstd'),
    aRow({ tag: 'v1-dockerv2', companion: { state: 'companion' } }),
    aRow({
      tag: 'chart',
      kind: 'artifact',
      format: 'artifact',
      companion: { state: 'not-needed', reason: 'artifact' },
    }),
    aRow({
      tag: 'd',
      format: 'Docker V2',
      sagemaker: { verdict: 'accepted', why: '' },
      companion: { state: 'not-needed', reason: 'already-docker' },
    }),
    aRow({ tag: 'odd', sagemaker: { verdict: 'unknown', why: '' }, companion: { state: 'not-needed' } }),
  ];
  const totals = totalsOf(rows);
  expect(totals.images).toBe(5);
  expect(totals.coverage.sagemaker).toEqual({ asIs: 1, byCompanion: 1, repairable: 1, refused: 1, unknown: 1 });
  expect(totals.coverage.lambda).toEqual({ asIs: 5, byCompanion: 0, repairable: 0, refused: 0, unknown: 0 });
  expect([totals.tags, totals.repairable, totals.needAPerson]).toEqual([7, 1, 1]);
  expect(summary(totals)).toBe('7 tags in 1 repository: 3 not-needed, 1 companion, 1 current, 1 missing, 1 refused');
});

test('percentages say all and none only where it is so', () => {
  expect([percent(0, 10), percent(1, 1000), percent(1, 2), percent(999, 1000), percent(10, 10), percent(0, 0)]).toEqual(
    ['0%', '<1%', '50%', '>99%', '100%', '–'],
  );
});

test('rows of the table stand under their heads', () => {
  const output = new Output(false, process);
  const line = tableRow(refused('v3', 'zstd'), output);
  expect(line).toBe('refused zstd-layer            OCI image    no         yes     team/app:v3');
  expect(tableHead().indexOf('IMAGE')).toBe(line.indexOf('team/app'));
  expect(tableRow(aRow({ kind: 'artifact', format: 'artifact' }), output)).toMatch(/artifact {5}- {10}-/);
});

test('a JSON document is one document, whatever it holds', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), (entries) => {
      let text = '';
      const document = new JsonDocument(
        (more) => {
          text += more;
        },
        { head: 1 },
        'list',
      );
      for (const entry of entries) document.add(entry);
      document.end({ tail: 2 });
      expect(JSON.parse(text)).toEqual({ head: 1, list: JSON.parse(JSON.stringify(entries)), tail: 2 });
    }),
    { numRuns: 50 },
  );
});

test('repairs under way are done within some seconds at any rate', () => {
  expect([0.1, 0.5, 2, 10, 100].map(repairsAtATime)).toEqual([1, 1, 4, 10, 10]);
});

describe('progress', () => {
  const sink = (isTTY: boolean) => {
    const written: string[] = [];
    const stream = { isTTY, columns: 80, write: (text: string) => written.push(text) > 0 };
    return { written, stderr: stream as unknown as NodeJS.WriteStream };
  };

  test('without a terminal it is a line now and then, and none where nothing moved', () => {
    jest.useFakeTimers();
    const { written, stderr } = sink(false);
    const progress = new Progress(stderr);
    progress.start('repairing', 500);
    jest.advanceTimersByTime(9_999);
    expect(written).toEqual([]);
    progress.update(20);
    jest.advanceTimersByTime(20_001);
    expect(written).toEqual(['repairing: 20 of 500\n']);
    progress.stop();
    progress.update(30);
    jest.advanceTimersByTime(60_000);
    expect(written).toHaveLength(1);
    jest.useRealTimers();
  });

  test('not shown, it writes nothing', () => {
    const { written, stderr } = sink(true);
    const progress = new Progress(stderr, false);
    progress.start('reading', 5);
    progress.update(5);
    progress.stop();
    expect(written).toEqual([]);
  });
});
