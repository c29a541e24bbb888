// The list of promotions; those under way follow their events.
import { get, path, post } from '../lib/api.js';
import { confirmDialog } from '../lib/dialog.js';
import { fill, h } from '../lib/dom.js';
import { listen } from '../lib/events.js';
import { button } from '../lib/fields.js';
import { dateTime } from '../lib/format.js';
import { has, t } from '../lib/i18n.js';
import { badge, dress, progressBar, stateKey, table } from '../lib/page.js';
import { empty, load, notify } from '../lib/states.js';

const steps = ['staging', 'reembedding', 'flipping', 'draining'];
const underWay = new Set(steps.slice(0, 3));
const kinds = { failed: 'bad', cancelled: 'warn', finished: 'good', draining: 'good' };
const heads = [t('promotions.collection'), t('promotions.change'), t('person.state'), t('person.updated'), ''];

/** An element that shows the promotions; `reload` asks for them anew, `changed` is called when one is over. */
export function promotionList(signal, changed) {
  const element = h('div', { class: 'stack', testid: 'promotions' });
  let following = new AbortController();
  element.reload = () => {
    following.abort();
    following = new AbortController();
    const until = AbortSignal.any([signal, following.signal]);
    return load(element, () => get(path('promotions'), { query: { pageSize: 50 }, signal }), ({ promotions = [] }) => {
      if (promotions.length === 0) return empty(t('promotions.none'));
      return table({
        caption: t('promotions.list'), testid: 'promotions-table', heads,
        rows: promotions.map((one) => follow(one, { until, signal, changed, reload: element.reload })),
      });
    }, signal);
  };
  return element;
}

function follow(promotion, context) {
  const row = h('tr', { testid: 'promotion-row', 'data-promotion': promotion.promotionId });
  const bar = progressBar(t('promotions.progress'));
  let state = stateKey(promotion.state);
  const draw = (one) => {
    row.dataset.state = stateKey(one.state);
    // Buttons stay where they are, and the focus in them, while only numbers change.
    if (row.children.length === 0 || stateKey(one.state) !== state) {
      state = stateKey(one.state);
      dress(fill(row, cells(one, bar, context)), heads);
      // A way back that is over changes the promotion that it went back from, too.
      if (row.isConnected && !underWay.has(state)) {
        context.changed();
        context.reload();
      }
    }
    const [done, total] = [one.utterancesDone ?? 0, one.utterancesTotal ?? 0];
    bar.set(total ? done / total : underWay.has(state) ? 0 : 1);
    const count = row.querySelector('.count');
    if (count) fill(count, t('promotions.count', { done, total }));
  };
  draw(promotion);
  if (underWay.has(state)) {
    listen(`${path('promotions', promotion.promotionId)}/events`, { promotion: draw }, { signal: context.until });
  }
  return row;
}

function cells(one, bar, { signal, reload }) {
  const state = stateKey(one.state);
  const isOver = !underWay.has(state);
  const act = async (name, text) => {
    const answer = await confirmDialog({
      title: t(`promotions.${name}`), text, action: t(`promotions.${name}`), signal, testid: `promotion-${name}`,
      submit: () => post(`${path('promotions', one.promotionId)}/${name}`, {}, { signal }),
    });
    if (!answer) return;
    notify(t(`promotions.${name}Done`));
    reload();
  };
  const values = { collection: one.collection, epoch: one.fromEpoch };
  return [
    h('th', { scope: 'row' }, one.collection,
      one.rollsBack && h('div', { class: 'id small muted' }, t('promotions.isRollback'))),
    h('td', { class: 'mono small' }, h('div', {}, h('div', {}, one.fromEpoch), h('div', {}, '→ ', one.toEpoch))),
    h('td', { class: isOver ? '' : 'promotion-state wide' }, isOver ? outcome(one, state) : progress(state, bar)),
    h('td', { class: 'nowrap small' }, dateTime(one.updateTime)),
    h('td', { class: 'actions' },
      !isOver && button(t('promotions.cancel'), () => act('cancel', t('promotions.cancelText', values)),
        { small: true, testid: 'cancel' }),
      state === 'draining' && button(t('promotions.rollback'),
        () => act('rollback', t('promotions.rollbackText', values)),
        { small: true, testid: 'rollback' })),
  ];
}

function outcome(one, state) {
  const key = `state.${state}`;
  return h('div', { class: 'stack-tight' }, h('div', {}, badge(has(key) ? t(key) : one.state, kinds[state] ?? '')),
    one.error && h('div', { class: 'small' }, one.error),
    state === 'draining' && one.speakersWithoutAudio > 0
      && h('div', { class: 'small' }, t('promotions.lost', { count: one.speakersWithoutAudio })));
}

// The way of a promotion, with where it is; the bar belongs to the recordings that are made anew.
function progress(state, bar) {
  const here = steps.indexOf(state);
  return h('div', { class: 'stack-tight', testid: 'promotion-progress' },
    h('ol', { class: 'steps' }, steps.map((name, index) => h('li', {
      class: index < here ? 'is-done' : index === here ? 'is-now' : '', 'aria-current': index === here ? 'step' : null,
    }, t(`state.${name}`)))),
    bar, h('div', { class: 'small number count' }));
}
