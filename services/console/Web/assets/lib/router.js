// Hash routes: finds the page of a route, loads its module, and tells the page before that it is over.
import { h, fill } from './dom.js';
import { onLanguage, t } from './i18n.js';
import { errorBox } from './states.js';

let routes = [];
let place;
let leaving = new AbortController();
let changed = () => {};
let drawn = '';

/** The parts of a hash: '#/jobs/7?tab=log' is { path: ['jobs', '7'], query }. */
export function parse(hash) {
  const [path, search = ''] = hash.replace(/^#\/?/, '').split('?');
  return { path: path.split('/').filter(Boolean).map(decode), query: new URLSearchParams(search) };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a lone percent sign, typed by hand
  }
}

/** The hash of a page: link('jobs', id) is '#/jobs/…'. */
export function link(...path) {
  return `#/${path.map(encodeURIComponent).join('/')}`;
}

/** Changes the query of the address without drawing the page anew, so that a reload comes back to the same view. */
export function setQuery(values) {
  const { path, query } = parse(location.hash);
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const search = query.toString();
  drawn = link(...path) + (search ? `?${search}` : '');
  history.replaceState(null, '', drawn);
}

/** Starts routing into `main`; `onChange` hears the first part of each route. */
export function startRouter(main, table, onChange) {
  routes = table;
  place = main;
  changed = onChange;
  addEventListener('hashchange', () => show(true));
  onLanguage(setTitle);
  show(false);
}

function match(path) {
  return routes.find((route) => route.path.length === path.length
    && route.path.every((part, index) => part.startsWith(':') || part === path[index]));
}

async function show(moveFocus) {
  // The skip link leads to #main: a jump inside the page, no route.
  if (location.hash && !location.hash.startsWith('#/')) return;
  if (location.hash === drawn && drawn !== '') return;
  const { path, query } = parse(location.hash || link('contrast'));
  const route = match(path);
  if (!route) {
    location.replace(link('contrast'));
    return;
  }
  drawn = location.hash;
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  changed(route.path[0]);
  titleKey = route.title;
  setTitle();
  const root = h('div', { class: 'page fade', testid: `page-${route.name}` });
  fill(place, root);
  await draw(route, { root, signal, parameters: path.slice(1), query });
  if (moveFocus && !signal.aborted) focusHeading(root);
}

async function draw(route, context) {
  try {
    const page = await route.load();
    if (!context.signal.aborted) await page.show(context);
  } catch (error) {
    if (!context.signal.aborted) fill(context.root, errorBox(error, () => location.reload()));
  }
}

let titleKey = '';

function setTitle() {
  document.title = titleKey ? `${t(titleKey)} – Voiceprint` : 'Voiceprint';
}

// Screen readers go on reading from the heading of the page that came.
function focusHeading(root) {
  const heading = root.querySelector('h1');
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  scrollTo({ top: 0 });
}
