// Epochs: the networks there are with their evaluation, promotions under way and over.
import { all, get, path } from '../lib/api.js';
import { showDialog } from '../lib/dialog.js';
import { fill, h } from '../lib/dom.js';
import { button } from '../lib/fields.js';
import { dateTime, number, percent } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { badge, pageHead, table } from '../lib/page.js';
import { link } from '../lib/router.js';
import { empty, load } from '../lib/states.js';
import { promote } from './epochs-promote.js';
import { promotionList } from './promotions.js';

/** Shows the page. */
export async function show({ root, signal }) {
  const body = h('div', { class: 'stack' });
  const ask = async () => {
    const [{ epochs = [] }, { items }] = await Promise.all([
      get(path('epochs'), { signal }), all(path('collections'), 'collections', { signal }),
    ]);
    return { epochs, collections: items };
  };
  const content = ({ epochs, collections }) => (epochs.length
    ? epochTable(epochs, { collections, signal, started: () => promotions.reload() }) : empty(t('epochs.none')));
  // After a flip other collections stand at other epochs.
  const again = async () => {
    const lists = await ask();
    if (!signal.aborted) fill(body, content(lists));
  };
  const promotions = promotionList(signal, again);
  fill(root, pageHead('epochs'),
    h('section', { class: 'card' }, h('h2', {}, t('epochs.list')), body),
    h('section', { class: 'card' }, h('h2', {}, t('promotions.list')), promotions));
  await Promise.all([load(body, ask, content, signal), promotions.reload()]);
}

function epochTable(epochs, context) {
  const measured = epochs.map((one) => one.provenance?.evaluation).filter(Boolean);
  const most = Math.max(0.01, ...measured.map((one) => Math.min(1, one.eerHigh || one.eer)));
  return table({
    caption: t('epochs.list'), testid: 'epochs-table', rows: epochs.map((one) => row(one, { ...context, most })),
    heads: [t('epoch.one'), t('epochs.use'), t('epochs.eer'), [t('epochs.threshold'), 'right'], t('epochs.parent'), ''],
  });
}

function row(one, context) {
  const evaluation = one.provenance?.evaluation;
  const job = one.provenance?.jobId;
  const users = context.collections.filter((collection) => collection.epoch === one.epoch);
  return h('tr', { testid: 'epoch-row', 'data-epoch': one.epoch },
    h('th', { scope: 'row' }, h('span', { class: 'mono nowrap' }, one.epoch),
      h('div', { class: 'id small muted nowrap' }, dateTime(one.createTime))),
    h('td', {}, uses(one, users)),
    h('td', { class: evaluation ? 'wide' : null }, evaluation ? errorRate(evaluation, context.most)
      : h('span', { class: 'muted' }, t('epochs.notMeasured'))),
    h('td', { class: 'right' }, number(one.threshold, 3)),
    h('td', { class: 'small' }, h('div', {}, h('span', { class: 'mono' }, one.provenance?.parentEpoch ?? '–'),
      job && h('div', {}, h('a', { href: link('jobs', job) }, job)))),
    h('td', { class: 'actions' },
      button(t('epochs.manifest'), () => manifest(one.epoch, context.signal),
        { small: true, testid: 'epoch-manifest' }),
      button(t('epochs.promote'), () => start(one.epoch, context), { small: true, testid: 'epoch-promote' })));
}

function uses(one, users) {
  if (!one.isDefault && users.length === 0) return h('span', { class: 'muted' }, t('epochs.candidate'));
  return h('div', { class: 'row row-tight' }, one.isDefault && badge(t('epochs.default'), 'good'),
    users.map((collection) => badge(collection.name)));
}

// The rate with its interval, drawn on the scale of all epochs.
function errorRate(evaluation, most) {
  const place = (value) => `${(100 * Math.min(1, value / most)).toFixed(2)}%`;
  const known = evaluation.eerHigh > evaluation.eerLow && evaluation.eerHigh < 1;
  return h('div', { class: 'rate' }, h('div', { class: 'number' }, h('strong', {}, percent(evaluation.eer, 2)),
    known && h('span', { class: 'small muted nowrap' }, ' ', percent(evaluation.eerLow, 1), '–',
      percent(evaluation.eerHigh, 1))),
  h('div', { class: 'rate-track', 'aria-hidden': 'true' },
    known && h('div', {
      class: 'rate-range', style: {
        'inset-inline-start': place(evaluation.eerLow), width: place(evaluation.eerHigh - evaluation.eerLow),
      },
    }),
    h('div', { class: 'rate-mark', style: { 'inset-inline-start': place(evaluation.eer) } })),
  h('div', { class: 'small muted number' }, t('epochs.measured', {
    dcf: number(evaluation.minDcf, 3), trials: number(evaluation.targetTrials + evaluation.impostorTrials),
    dataset: evaluation.dataset,
  })));
}

async function start(epoch, { signal, started }) {
  const list = await all(path('collections'), 'collections', { signal });
  if (await promote(epoch, list.items, signal)) started();
}

function manifest(epoch, signal) {
  const body = h('div', { class: 'stack' });
  load(body, () => get(path('epochs', epoch), { signal }),
    (answer) => h('pre', { class: 'code', tabindex: '0' }, JSON.stringify(answer.manifest, null, 2)), signal);
  return showDialog({ title: epoch, body, signal, testid: 'manifest' });
}
