// People: the collections, who is enrolled in them, and the panels to enrol and to look at a person.
import { get, path } from '../lib/api.js';
import { collectionField, collections } from '../lib/collections.js';
import { fill, h } from '../lib/dom.js';
import { button, checkbox, field, textInput } from '../lib/fields.js';
import { dateTime } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { badge, pageHead, pager, table } from '../lib/page.js';
import { setQuery } from '../lib/router.js';
import { empty, load } from '../lib/states.js';
import { remember } from '../lib/store.js';
import { deleteCollection, newCollection } from './people-collections.js';
import { detailPanel } from './people-detail.js';
import { enrolPanel } from './people-enrol.js';

const pageSize = 50;

/** Shows the page. */
export async function show({ root, signal, query }) {
  const body = h('div', { class: 'page' });
  const create = button(t('collection.new'), () => make(), { testid: 'collection-new' });
  const draw = (wanted) => load(body, () => collections(signal), (list) => (list.length
    ? content({ list, wanted, signal, query, redraw: draw })
    : empty(t('collection.none'), button(t('collection.new'), () => make(), { main: true }))), signal);
  const make = async () => {
    const made = await newCollection(signal);
    if (!made) return;
    remember('collection', made.name);
    await draw(made.name);
  };
  fill(root, pageHead('people', create), body);
  await draw(query.get('collection') ?? '');
}

function content({ list, wanted, signal, query, redraw }) {
  const view = { signal, side: h('div', { class: 'side stack' }),
    list: h('div', { class: 'stack', testid: 'people' }) };
  const collection = collectionField(list, { wanted, testid: 'people-collection', onChange: () => choose() });
  const facts = h('p', { class: 'muted small' });
  const search = textInput({ testid: 'people-search', maxlength: 256 });
  search.type = 'search';
  const filter = checkbox(t('people.onlyReenrol'), { testid: 'people-filter', on: { change: () => first() } });
  const pages = pager((token) => view.load(token));
  Object.defineProperty(view, 'collection', { get: () => collection.current() });
  const first = () => {
    pages.reset();
    return view.load('');
  };
  const choose = () => {
    describe(facts, view.collection);
    setQuery({ collection: view.collection.name, person: '' });
    view.panel?.abort();
    fill(view.side);
    first();
  };
  view.load = (token) => loadPeople(view, { pages, token, search: search.value.trim(), only: filter.control.checked });
  view.changed = async () => {
    await view.load(pages.token);
    // A cluster that is away for a moment is told by the list; the count can wait.
    const later = await get(path('collections', view.collection.name), { signal }).catch(() => null);
    if (later) collection.update(later);
  };
  view.open = (speaker) => openPanel(view, (panelSignal) => detailPanel(view, panelSignal, speaker), speaker);
  view.enrol = (speaker = null) => openPanel(view, (panelSignal) => enrolPanel(view, panelSignal, speaker));
  let typing = 0;
  search.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(first, 300);
  });
  const enrol = button(t('people.enrol'), () => view.enrol(), { main: true, testid: 'people-enrol' });
  view.close = (person = '') => closePanel(view, person);
  view.enrolButton = enrol;
  const removeAll = button(t('collection.delete'), async () => {
    if (await deleteCollection(view.collection, signal)) await redraw('');
  }, { danger: true, link: true, testid: 'collection-delete' });
  describe(facts, view.collection);
  first();
  const person = query.get('person');
  if (person) view.open(person);
  return [
    h('section', { class: 'card', 'aria-label': t('collection.one') },
      collection, h('div', { class: 'row spread' }, facts, removeAll)),
    h('div', { class: 'columns columns-side' },
      h('section', { class: 'card', 'aria-label': t('people.list') },
        h('div', { class: 'row row-end' }, h('div', { class: 'grow' }, field(t('people.search'), search)), enrol),
        filter, view.list, pages),
      view.side),
  ];
}

function describe(place, collection) {
  if (!collection) return;
  fill(place, t('collection.facts', { epoch: collection.epoch ?? '', time: dateTime(collection.createTime) }), ' ',
    t(collection.retainAudio === 'encrypted' ? 'retain.encryptedFact' : 'retain.noneFact'));
}

/** Closes the panel; the focus goes back to who was looked at. */
function closePanel(view, person) {
  view.panel?.abort();
  fill(view.side);
  setQuery({ collection: view.collection.name, person: '' });
  mark(view, '');
  const row = [...view.list.querySelectorAll('tr[data-person]')].find((one) => one.dataset.person === person);
  (row?.querySelector('button') ?? view.enrolButton).focus();
}

// The row of the person whose details are open.
function mark(view, person) {
  view.person = person;
  for (const row of view.list.querySelectorAll('tr[data-person]')) {
    if (row.dataset.person === person) row.setAttribute('aria-current', 'true');
    else row.removeAttribute('aria-current');
  }
}

// On narrow screens the panel lies below the list: the focus on its heading brings it into view.
function openPanel(view, make, person = '') {
  setQuery({ collection: view.collection.name, person });
  // The panel before may hold the microphone: it has to let it go.
  view.panel?.abort();
  view.panel = new AbortController();
  const panel = make(AbortSignal.any([view.signal, view.panel.signal]));
  fill(view.side, panel);
  mark(view, person);
  const heading = panel.querySelector('h2');
  heading.tabIndex = -1;
  heading.focus();
  panel.scrollIntoView({ block: 'nearest' });
}

function loadPeople(view, { pages, token, search, only }) {
  view.request?.abort();
  const request = new AbortController();
  view.request = request;
  view.signal.addEventListener('abort', () => request.abort());
  const query = { pageSize, pageToken: token, search, needsReenrollment: only };
  const address = path('collections', view.collection.name, 'speakers');
  return load(view.list, () => get(address, { query, signal: request.signal }), (answer) => {
    pages.update(answer.nextPageToken);
    const speakers = answer.speakers ?? [];
    if (speakers.length === 0) return empty(t(search || only ? 'people.noneFound' : 'people.none'));
    return peopleTable(view, speakers);
  }, request.signal);
}

function peopleTable(view, speakers) {
  const rows = speakers.map((one) => h('tr', { testid: 'person-row', 'data-person': one.speakerId },
    h('th', { scope: 'row', class: 'name' },
      button(one.displayName || one.speakerId, () => view.open(one.speakerId), {
        link: true, testid: 'person-open', label: t('people.open', { name: one.displayName || one.speakerId }),
      }),
      one.displayName && h('div', { class: 'id mono small muted' }, one.speakerId)),
    h('td', { class: 'right' }, (one.utterances ?? []).length),
    h('td', {}, one.needsReenrollment ? badge(t('people.reenrol'), 'warn', 'person-badge')
      : badge(t('people.ready'), 'good')),
    h('td', { class: 'nowrap small' }, dateTime(one.updateTime))));
  const list = table({
    caption: t('people.list'), testid: 'people-table', rows,
    heads: [t('person.one'), [t('person.takes'), 'right'], t('person.state'), t('person.updated')],
  });
  // The table is not in its place yet when the rows are marked.
  queueMicrotask(() => mark(view, view.person ?? ''));
  return list;
}
