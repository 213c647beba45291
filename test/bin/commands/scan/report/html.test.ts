import { escapeHtml, jsonForScript } from '../../../../../bin/commands/scan/report/escape';
import { pageScript } from '../../../../../bin/commands/scan/report/page-script';
import { aRow, METADATA, pageOf, refused } from './rows';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert('2')">&amp;`;

describe('hostile text', () => {
  test('stays text in HTML and in a script element', () => {
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
