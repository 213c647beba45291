// Runs in the page that `ecr-oci scan --html` writes, as it stands here: a classic script without imports.
// Names and tags come as JSON and go into the document as text nodes, never as markup.
{
  /** @typedef {import('./data').PageJson} PageJson */
  /** @typedef {{ repository: string, tag: string, format: string, verdicts: readonly number[], state: number, reason: string, detail: string, pushed: number, size: number, digest: string, text: string }} Row */

  const PAGE_ROWS = 100;
  const PRINTED_ROWS = 1000;
  const VERDICTS = /** @type {const} */ ([
    ['accepted', 'yes'],
    ['refused', 'no'],
    ['unknown', 'not known'],
    ['none', '\u2013'],
  ]);

  /**
   * @template {HTMLElement} T
   * @param {string} id
   * @param {new () => T} type
   * @returns {T}
   */
  const element = (id, type) => {
    const found = document.getElementById(id);
    if (found instanceof type) return found;
    throw new Error(`The page has no ${id}.`);
  };

  const search = element('search', HTMLInputElement);
  const choice = element('choice', HTMLSelectElement);
  const body = element('rows', HTMLTableSectionElement);
  const shown = element('shown', HTMLElement);
  const previous = element('previous', HTMLButtonElement);
  const next = element('next', HTMLButtonElement);
  const cut = element('cut', HTMLElement);
  /** @type {NodeListOf<HTMLTableCellElement>} */
  const heads = document.querySelectorAll('#inventory thead th');

  /** @type {PageJson} */
  const {
    consumers,
    names,
    texts,
    states,
    kinds,
    rows: data,
  } = JSON.parse(element('data', HTMLElement).textContent ?? '');
  const rows = data.map((cells) => {
    const [repository, tag, format, verdicts, state, reason, detail, pushed, size, digest] = cells;
    const row = {
      ...{ repository: names[repository] ?? '', tag, format: kinds[format] ?? '', verdicts, state },
      ...{ reason: texts[reason] ?? '', detail: texts[detail] ?? '', pushed, size, digest },
    };
    const words = [`${row.repository}:${tag}`, row.format, states[state], row.reason, row.detail, digest];
    return { ...row, text: words.join(' ').toLowerCase() };
  });

  const { compare } = new Intl.Collator('en', { numeric: true });
  const number = new Intl.NumberFormat('en');

  /** @typedef {(a: Row, b: Row) => number} Order */
  /** @type {Order} */
  const byName = (a, b) => compare(a.repository, b.repository) || compare(a.tag, b.tag);
  /** @type {(order: Order) => Order} */
  const thenByName = (order) => (a, b) => order(a, b) || byName(a, b);
  /** @type {Record<string, Order>} */
  const orders = {
    repository: byName,
    tag: thenByName((a, b) => compare(a.tag, b.tag)),
    format: thenByName((a, b) => compare(a.format, b.format)),
    state: thenByName((a, b) => a.state - b.state || compare(a.reason, b.reason)),
    pushed: thenByName((a, b) => a.pushed - b.pushed),
    size: thenByName((a, b) => a.size - b.size),
    digest: thenByName((a, b) => (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0)),
  };

  for (const [at, consumer] of consumers.entries())
    orders[consumer] = thenByName((a, b) => (a.verdicts[at] ?? 0) - (b.verdicts[at] ?? 0));

  let order = 'state';
  let isDescending = false;
  let page = 0;
  let found = rows;

  /**
   * @param {string} name
   * @param {string} className
   * @param {...(string | Node)} children
   */
  const create = (name, className, ...children) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };

  /** @param {number} bytes */
  const sizeOf = (bytes) => {
    if (bytes < 0) return '';
    const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 4);
    const value = bytes / 1000 ** power;
    return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
  };

  /** @param {number} at */
  const verdictCell = (at) => {
    const [name, text] = VERDICTS[at] ?? VERDICTS[3];
    return create('td', `short is-${name}`, text);
  };

  /** @param {Row} row */
  const lineOf = (row) => {
    const name = create('th', '', row.repository);
    name.setAttribute('scope', 'row');
    const state = states[row.state] ?? '';
    const companion = create('td', `state-${state}`, state + (row.reason ? ` \u00b7 ${row.reason}` : ''));
    if (row.detail) companion.append(create('small', '', row.detail));
    const digest = create('td', 'short code', row.digest.slice(0, 19));
    digest.title = row.digest;
    const pushed = row.pushed < 0 ? '' : new Date(row.pushed * 1000).toISOString().slice(0, 10);
    const cells = [create('td', 'name code', row.tag), create('td', 'short', row.format)];
    cells.push(...row.verdicts.map(verdictCell), companion, create('td', 'short', pushed));
    return create('tr', '', name, ...cells, create('td', 'number', sizeOf(row.size)), digest);
  };

  /** @type {(from: number, count: number) => void} */
  const draw = (from, count) => body.replaceChildren(...found.slice(from, from + count).map(lineOf));

  const shownText = () => {
    if (found.length === 0) return 'No tags';
    const from = page * PAGE_ROWS;
    const range = `${number.format(from + 1)}\u2013${number.format(Math.min(from + PAGE_ROWS, found.length))}`;
    const tags = `${number.format(found.length)} ${found.length === 1 ? 'tag' : 'tags'}`;
    return `${range} of ${tags}${found.length < rows.length ? ' found' : ''}`;
  };

  const render = () => {
    draw(page * PAGE_ROWS, PAGE_ROWS);
    shown.textContent = shownText();
    previous.disabled = page === 0;
    next.disabled = (page + 1) * PAGE_ROWS >= found.length;
  };

  const sort = () => {
    found.sort(orders[order]);
    if (isDescending) found.reverse();
    const direction = isDescending ? 'descending' : 'ascending';
    for (const head of heads) head.setAttribute('aria-sort', head.dataset.order === order ? direction : 'none');
    page = 0;
    render();
  };

  const select = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = choice.value === '' ? undefined : choice.value.split(' ');
    found = rows.filter(
      (row) => (!wanted || wanted.includes(states[row.state] ?? '')) && words.every((word) => row.text.includes(word)),
    );
    sort();
  };

  let timer = 0;
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(select, 120);
  });
  choice.addEventListener('change', select);
  previous.addEventListener('click', () => {
    page -= 1;
    render();
  });
  next.addEventListener('click', () => {
    page += 1;
    render();
  });
  for (const head of heads) {
    head.querySelector('button')?.addEventListener('click', () => {
      const { order: chosen = order } = head.dataset;
      isDescending = order === chosen && !isDescending;
      order = chosen;
      sort();
    });
  }

  addEventListener('beforeprint', () => {
    draw(0, PRINTED_ROWS);
    const [printed, all] = [number.format(PRINTED_ROWS), number.format(found.length)];
    const isCut = found.length > PRINTED_ROWS;
    cut.textContent = isCut ? `The first ${printed} of ${all} tags are printed. Search to print others.` : '';
  });
  addEventListener('afterprint', () => {
    cut.textContent = '';
    render();
  });

  element('tools', HTMLElement).hidden = false;
  select();
}
