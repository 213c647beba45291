/**
 * What runs in the page. Names and tags reach it as JSON and the document as text nodes, never as markup. It is text here, because a function
 * printed by `toString` would bring along what the bundler made of it.
 */
export const PAGE_SCRIPT = `'use strict';
(() => {
  const PAGE = 100, PRINTED = 1000;
  const data = JSON.parse(document.getElementById('data').textContent);
  const { names, texts, states, kinds } = data;
  const VERDICTS = [['accepted', 'yes'], ['refused', 'no'], ['unknown', 'unknown'], ['none', '\\u2013']];
  const rows = data.rows.map(([repository, tag, format, sagemaker, lambda, state, reason, detail, pushed, size, digest]) => ({
    repository: names[repository], tag, format: kinds[format], sagemaker, lambda, state, reason: texts[reason], detail: texts[detail], pushed, size, digest,
  }));
  for (const row of rows) row.text = [row.repository + ':' + row.tag, row.format, states[row.state], row.reason, row.detail, row.digest].join(' ').toLowerCase();
  const { compare } = new Intl.Collator('en', { numeric: true });
  const number = new Intl.NumberFormat('en');
  const byName = (a, b) => compare(a.repository, b.repository) || compare(a.tag, b.tag);
  const ORDERS = {
    repository: byName,
    tag: (a, b) => compare(a.tag, b.tag) || byName(a, b),
    format: (a, b) => compare(a.format, b.format) || byName(a, b),
    sagemaker: (a, b) => a.sagemaker - b.sagemaker || byName(a, b),
    lambda: (a, b) => a.lambda - b.lambda || byName(a, b),
    state: (a, b) => a.state - b.state || compare(a.reason, b.reason) || byName(a, b),
    pushed: (a, b) => a.pushed - b.pushed || byName(a, b),
    size: (a, b) => a.size - b.size || byName(a, b),
    digest: (a, b) => (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : byName(a, b)),
  };
  const [search, choice, body, shown, previous, next, cut] =
    ['search', 'choice', 'rows', 'shown', 'previous', 'next', 'cut'].map((id) => document.getElementById(id));
  let order = 'state', descending = false, page = 0, found = rows;

  const el = (name, className, ...children) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };
  const sizeOf = (bytes) => {
    if (bytes < 0) return '';
    const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 4);
    const value = bytes / 1000 ** power;
    return (power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)) + ' ' + ['B', 'kB', 'MB', 'GB', 'TB'][power];
  };
  const verdict = (at) => el('td', 'short is-' + VERDICTS[at][0], VERDICTS[at][1]);
  const line = (row) => {
    const name = el('th', '', row.repository);
    name.scope = 'row';
    const state = el('td', 'state-' + states[row.state], states[row.state] + (row.reason ? ' \\u00b7 ' + row.reason : ''));
    if (row.detail) state.append(el('small', '', row.detail));
    const digest = el('td', 'short code', row.digest.slice(0, 19));
    digest.title = row.digest;
    return el('tr', '', name, el('td', 'name code', row.tag), el('td', 'short', row.format), verdict(row.sagemaker), verdict(row.lambda), state,
      el('td', 'short', row.pushed < 0 ? '' : new Date(row.pushed * 1000).toISOString().slice(0, 10)), el('td', 'number', sizeOf(row.size)), digest);
  };
  const draw = (from, count) => body.replaceChildren(...found.slice(from, from + count).map(line));
  const render = () => {
    const from = page * PAGE, to = Math.min(from + PAGE, found.length);
    draw(from, PAGE);
    shown.textContent = found.length === 0 ? 'No tags' : number.format(from + 1) + '\\u2013' + number.format(to) + ' of ' + number.format(found.length) + (found.length === 1 ? ' tag' : ' tags') + (found.length < rows.length ? ' found' : '');
    previous.disabled = page === 0;
    next.disabled = to >= found.length;
  };
  const sort = () => {
    found.sort(ORDERS[order]);
    if (descending) found.reverse();
    for (const head of document.querySelectorAll('#inventory thead th'))
      head.setAttribute('aria-sort', head.dataset.order !== order ? 'none' : descending ? 'descending' : 'ascending');
  };
  const select = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const wanted = choice.value === '' ? undefined : choice.value.split(' ');
    found = rows.filter((row) => (!wanted || wanted.includes(states[row.state])) && words.every((word) => row.text.includes(word)));
    page = 0;
    sort();
    render();
  };
  let waiting;
  search.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(select, 120); });
  choice.addEventListener('change', select);
  previous.addEventListener('click', () => { page -= 1; render(); });
  next.addEventListener('click', () => { page += 1; render(); });
  for (const head of document.querySelectorAll('#inventory thead th')) {
    head.querySelector('button').addEventListener('click', () => {
      descending = order === head.dataset.order && !descending;
      order = head.dataset.order;
      page = 0;
      sort();
      render();
    });
  }
  addEventListener('beforeprint', () => {
    draw(0, PRINTED);
    cut.textContent = found.length > PRINTED ? 'The first ' + number.format(PRINTED) + ' of ' + number.format(found.length) + ' tags are printed; search or choose to print others.' : '';
  });
  addEventListener('afterprint', () => { cut.textContent = ''; render(); });
  document.getElementById('tools').hidden = false;
  select();
})();
`;
