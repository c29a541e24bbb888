// Status: the services, and the epochs that each embedding replica has loaded.
import { get, path } from '../lib/api.js';
import { fill, h } from '../lib/dom.js';
import { clock, number } from '../lib/format.js';
import { has, t } from '../lib/i18n.js';
import { badge, facts, pageHead, stateKey, table } from '../lib/page.js';
import { load } from '../lib/states.js';

const interval = 5000;

/** Shows the page. */
export async function show({ root, signal }) {
  const body = h('div', { class: 'page', testid: 'status' });
  fill(root, pageHead('status'), body);
  const ask = () => get(path('status'), { signal });
  await load(body, ask, content, signal);
  // Later answers come in place of what stands, without the waiting note.
  const timer = setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await ask();
      if (!signal.aborted) fill(body, content(answer));
    } catch (error) {
      if (!signal.aborted) load(body, () => Promise.reject(error), content, signal);
    }
  }, interval);
  signal.addEventListener('abort', () => clearInterval(timer));
}

function content({ services = [], replicas = [], defaultEpoch }) {
  const ill = services.filter((one) => !one.healthy);
  return [
    h('section', { class: 'card', 'aria-label': t('status.summary') },
      h('p', { class: `verdict ${ill.length ? 'is-ill' : 'is-accepted'}`, role: 'status', testid: 'status-summary' },
        t(ill.length ? 'status.someIll' : 'status.allWell', { count: services.length, ill: ill.length })),
      facts([
        [t('status.defaultEpoch'), defaultEpoch && h('span', { class: 'mono' }, defaultEpoch)],
        [t('status.replicas'), String(replicas.length)], [t('status.checked'), clock(new Date())],
      ])),
    h('section', { class: 'card' }, h('h2', {}, t('status.services')),
      table({
        caption: t('status.services'), testid: 'status-services', rows: services.map(service),
        heads: [t('status.service'), t('status.address'), t('person.state'), [t('status.latency'), 'right']],
      })),
    h('section', { class: 'card' }, h('h2', {}, t('status.replicas')),
      replicas.length ? table({
        caption: t('status.replicas'), testid: 'status-replicas', rows: replicas.map(replica),
        heads: [t('status.address'), t('status.loaded')],
      }) : h('p', { class: 'muted' }, t('status.noReplicas'))),
  ];
}

function service(one) {
  return h('tr', { testid: 'service-row' }, h('th', { scope: 'row' }, one.name),
    h('td', { class: 'mono small' }, place(one)),
    h('td', {}, badge(t(one.healthy ? 'status.healthy' : 'status.unhealthy'), one.healthy ? 'good' : 'bad')),
    h('td', { class: 'right' }, one.latencyMs === undefined ? '–'
      : t('unit.milliseconds', { value: number(one.latencyMs, 1) })));
}

function replica(one) {
  const epochs = one.epochs ?? [];
  const words = epochs.map((epoch) => {
    const key = `state.${stateKey(epoch.state)}`;
    return h('div', {}, h('span', { class: 'mono small' }, epoch.epoch), ' ',
      badge(has(key) ? t(key) : epoch.state,
        epoch.state === 'ready' ? 'good' : epoch.state === 'refused' ? 'bad' : 'active'),
      epoch.error && h('div', { class: 'small' }, epoch.error));
  });
  return h('tr', { testid: 'replica-row' }, h('th', { scope: 'row', class: 'mono small' }, place(one)),
    h('td', { class: 'wide' }, words.length ? words : h('span', { class: 'muted' }, t('status.noEpochs'))));
}

// gRPC's name of the kind of address says nothing to people.
function place({ address }) {
  return address.replace(/^ipv[46]:/, '');
}
