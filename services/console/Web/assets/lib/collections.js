// Choosing a collection: a field that several pages have, and that remembers the last choice.
import { all, path } from './api.js';
import { fill } from './dom.js';
import { field, option, select } from './fields.js';
import { t } from './i18n.js';
import { recall, remember } from './store.js';

/** All collections. */
export async function collections(signal) {
  return (await all(path('collections'), 'collections', { signal })).items;
}

/** A field to choose among `list`; `onChange` gets the collection. */
export function collectionField(list, { wanted = '', onChange = () => {}, testid = 'collection' } = {}) {
  const byName = new Map();
  const control = select([], { testid });
  const element = field(t('collection.one'), control);
  const current = () => byName.get(control.value) ?? null;
  const text = (one) => t('collection.option', { name: one.name, count: one.speakerCount ?? 0 });
  const show = (values, name) => {
    byName.clear();
    for (const one of values) byName.set(one.name, one);
    fill(control, values.map((one) => option(one.name, text(one))));
    const first = [name, recall('collection'), 'default'].find((candidate) => byName.has(candidate));
    if (first) control.value = first;
  };
  control.addEventListener('change', () => {
    remember('collection', control.value);
    onChange(current());
  });
  element.current = current;
  /** Takes what has changed about a collection. */
  element.update = (one) => {
    byName.set(one.name, one);
    const shown = [...control.options].find((candidate) => candidate.value === one.name);
    if (shown) fill(shown, text(one));
  };
  element.show = show;
  show(list, wanted);
  return element;
}
