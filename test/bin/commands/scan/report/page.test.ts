import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../../../../../bin/inventory/row';
import { describeWith } from '../../../../support/judges';
import { Page } from './chromium';
import { aRow, missing, pageOf, refused } from './rows';

const HOSTILE = `</script><script>globalThis.owned = true</script><img src="https://example.com/x" onerror="globalThis.owned = true">`;

const ROWS = 20_000;
const rows: readonly Row[] = Array.from({ length: ROWS }, (_, at) => {
  const repository = `team/app-${at % 500}`;
  const tag = `v${Math.floor(at / 500)}`;
  if (at === 7) return { ...refused(HOSTILE, HOSTILE), repository: HOSTILE };
  if (at % 10 === 3) return missing(tag, { repository, size: at });
  return aRow({ repository, tag, size: at });
});

const SHOWN = `document.getElementById('shown').textContent`;
const TAGS = `[...document.querySelectorAll('#rows tr')].map((row) => row.children[0].textContent + ':' + row.children[1].textContent)`;
const type = (text: string) => `(async () => {
  const search = document.getElementById('search');
  const status = document.getElementById('shown');
  const changed = new Promise((resolve) => new MutationObserver(resolve).observe(status, { childList: true }));
  search.value = ${JSON.stringify(text)};
  search.dispatchEvent(new Event('input'));
  await changed;
})()`;
const choose = (value: string) => `(() => {
  const choice = document.getElementById('choice');
  choice.value = ${JSON.stringify(value)};
  choice.dispatchEvent(new Event('change'));
})()`;
const click = (selector: string) => `document.querySelector(${JSON.stringify(selector)}).click()`;

describeWith('chromium')('the page in a browser, with 20,000 tags', () => {
  const directory = mkdtempSync(join(tmpdir(), 'page-'));
  let page: Page;

  beforeAll(async () => {
    writeFileSync(join(directory, 'page.html'), pageOf(rows));
    page = await Page.open(join(directory, 'page.html'));
  });
  afterAll(async () => {
    await page.close();
    rmSync(directory, { recursive: true });
  });

  test('loads nothing but itself, logs nothing, and runs nothing from its data', async () => {
    await page.run(type('example.com'));
    expect(await page.run(TAGS)).toEqual([`${HOSTILE}:${HOSTILE}`]);
    expect(await page.run(`document.querySelector('#rows').textContent.includes('<img src=')`)).toBe(true);
    expect(await page.run('globalThis.owned === undefined && document.images.length === 0')).toBe(true);
    expect(page.requests).toHaveLength(1);
    expect(page.errors).toEqual([]);
    await page.run(type(''));
  });

  test('opens with what needs something done, a hundred rows at a time', async () => {
    expect(await page.run(SHOWN)).toBe('1–100 of 20,000 tags');
    expect(await page.run(`document.querySelectorAll('#rows tr').length`)).toBe(100);
    expect(await page.run(`document.querySelector('#rows tr').children[5].textContent`)).toBe('missing');
    await page.run(click('#next'));
    expect(await page.run(SHOWN)).toBe('101–200 of 20,000 tags');
    await page.run(click('#previous'));
    expect(await page.run(`document.getElementById('previous').disabled`)).toBe(true);
  });

  test('is searched by several words and by state', async () => {
    await page.run(type('app-13 v7'));
    expect(await page.run(TAGS)).toContain('team/app-13:v7');
    expect(await page.run(`${TAGS}.every((name) => name.includes('app-13') && name.includes('v7'))`)).toBe(true);
    await page.run(type(''));
    await page.run(choose('missing out-of-date'));
    expect(await page.run(SHOWN)).toBe('1–100 of 2,000 tags found');
    await page.run(choose(''));
  });

  test('is sorted by a column, both ways, and a screen reader can tell', async () => {
    await page.run(click('th[data-order=size] button'));
    expect(await page.run(`document.querySelector('th[data-order=size]').getAttribute('aria-sort')`)).toBe('ascending');
    await page.run(click('th[data-order=size] button'));
    expect(await page.run(`document.querySelector('th[data-order=size]').getAttribute('aria-sort')`)).toBe(
      'descending',
    );
    expect(await page.run(`${TAGS}[1]`)).toBe('team/app-499:v39');
    await page.run(click('th[data-order=repository] button'));
    expect(await page.run(`${TAGS}[1]`)).toBe('team/app-0:v0');
  });

  test('prints up to a thousand rows, with a note, and is as before afterwards', async () => {
    await page.run(`dispatchEvent(new Event('beforeprint'))`);
    expect(await page.run(`document.querySelectorAll('#rows tr').length`)).toBe(1_000);
    expect(await page.run(`document.getElementById('cut').textContent`)).toMatch(/first 1,000 of 20,000/);
    await page.run(`dispatchEvent(new Event('afterprint'))`);
    expect(await page.run(`document.querySelectorAll('#rows tr').length`)).toBe(100);
  });

  test('each control and picture has a name', async () => {
    const unnamed = `[...document.querySelectorAll('input, select, button, [role=img], [role=region]')].filter((one) =>
      !(one.labels?.length || one.textContent.trim() || one.getAttribute('aria-label') || document.getElementById(one.getAttribute('aria-labelledby'))?.textContent)).length`;
    expect(await page.run(unnamed)).toBe(0);
    expect(await page.run(`document.querySelectorAll('th:not([scope])').length`)).toBe(0);
  });
});
