// The head of a page and small pieces that pages share.
import { h, setAttribute } from './dom.js';
import { t } from './i18n.js';

/** Heading, a sentence about the page, and its actions. */
export function pageHead(name, ...actions) {
  return h('div', { class: 'page-head' },
    h('div', {}, h('h1', {}, t(`nav.${name}`)), h('p', { class: 'muted' }, t(`${name}.intro`))),
    actions.length ? h('div', { class: 'row' }, actions) : null);
}

const named = (entries) => entries.filter((entry) => entry && entry[1] !== undefined && entry[1] !== null
  && entry[1] !== false && entry[1] !== '').map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)));

/** Names over their values, side by side; entries without a value are left out. */
export function facts(entries, testid) {
  return h('dl', { class: 'facts', testid }, named(entries));
}

/** A table that is read as cards where it is narrow; heads are texts, or [text, class] for the column's cells. */
export function table({ heads, rows, caption, testid }) {
  const columns = heads.map((one) => (Array.isArray(one) ? one : [one, null]));
  for (const row of rows) dress(row, heads);
  // The roles are those of the elements, which lose them where the style makes blocks of them.
  return h('div', { class: 'table-frame' },
    h('table', { class: 'table', testid, role: 'table' }, h('caption', { class: 'hidden-visually' }, caption),
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, columns.map(([text, kind]) => (text
        ? h('th', { scope: 'col', role: 'columnheader', class: kind }, text)
        : h('td', { role: 'cell' }))))),
      h('tbody', { role: 'rowgroup' }, rows)));
}

/** Gives a row's cells their roles and the names of their columns; for rows that are filled anew. */
export function dress(row, heads) {
  row.setAttribute('role', 'row');
  [...row.children].forEach((cell, index) => {
    const head = Array.isArray(heads[index]) ? heads[index][0] : heads[index];
    cell.setAttribute('role', cell.tagName === 'TH' ? 'rowheader' : 'cell');
    if (head && cell.tagName === 'TD') setAttribute(cell, 'data-label', head);
  });
  return row;
}

/** A word with a colour behind it: the word alone says it all. */
export function badge(text, kind = '', testid = null) {
  return h('span', { class: kind ? `badge badge-${kind}` : 'badge', testid }, text);
}

/** A state without regard to how it is spelt: 'rolled_back' and 'rolledBack' are the same. */
export function stateKey(state) {
  return String(state ?? '').toLowerCase().replace(/[^a-z]/g, '');
}

/** A bar of progress, 0 to 1. */
export function progressBar(label, testid) {
  const bar = h('div', { class: 'progress-fill' });
  const element = h('div', {
    class: 'progress', role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100,
    'aria-valuenow': 0, testid,
  }, bar);
  element.set = (share) => {
    const percent = Math.max(0, Math.min(100, 100 * share)) || 0;
    bar.style.setProperty('inline-size', `${percent.toFixed(2)}%`);
    element.setAttribute('aria-valuenow', Math.round(percent));
  };
  return element;
}

/** Buttons to go through the pages of a list that is only known forwards; `go` loads the page of a token. */
export function pager(go) {
  let before = [];
  let here = '';
  let next = '';
  const back = h('button', { type: 'button', class: 'button button-small', testid: 'page-previous' },
    t('page.previous'));
  const forward = h('button', { type: 'button', class: 'button button-small', testid: 'page-next' }, t('page.next'));
  const element = h('nav', { class: 'row', 'aria-label': t('page.label'), hidden: true }, back, forward);
  back.addEventListener('click', () => {
    here = before.pop() ?? '';
    go(here);
  });
  forward.addEventListener('click', () => {
    before.push(here);
    here = next;
    go(here);
  });
  element.update = (token) => {
    next = token ?? '';
    back.disabled = before.length === 0;
    forward.disabled = !next;
    element.hidden = back.disabled && forward.disabled;
  };
  element.reset = () => {
    before = [];
    here = '';
  };
  Object.defineProperty(element, 'token', { get: () => here });
  return element;
}
