// One training: where it is, its curves, its log.
import { get, path, post } from '../lib/api.js';
import { confirmDialog } from '../lib/dialog.js';
import { fill, h } from '../lib/dom.js';
import { button } from '../lib/fields.js';
import { clock, dateTime, duration, number, percent, significant } from '../lib/format.js';
import { has, t } from '../lib/i18n.js';
import { addEvaluation, addProgress, curveCharts, gathered, newCurves, watchJob } from '../lib/job-curves.js';
import { facts, progressBar } from '../lib/page.js';
import { link } from '../lib/router.js';
import { explain, load, notify } from '../lib/states.js';
import { stateBadge } from './jobs.js';

const logLength = 500;
const over = new Set(['finished', 'failed', 'cancelled']);

/** Shows the page. */
export async function show({ root, signal, parameters: [name] }) {
  const body = h('div', { class: 'page' });
  const state = h('span', { testid: 'job-state' });
  const actions = h('div', { class: 'row' });
  fill(root, h('div', { class: 'page-head' },
    h('div', {}, h('p', { class: 'small' }, h('a', { href: link('jobs') }, t('compare.back'))),
      h('div', { class: 'row' }, h('h1', {}, t('job.title'), ' ', name), state)), actions), body);
  await load(body, () => get(path('jobs', name), { signal }), (job) => content({ job, signal, state, actions }),
    signal);
}

function content({ job, signal, state, actions }) {
  const told = h('div', { class: 'stack', testid: 'job-facts' });
  const bar = progressBar(t('job.progress'), 'job-bar');
  const line = h('p', { class: 'small number', testid: 'job-progress' });
  const log = h('ol', { class: 'log', tabindex: '0', 'aria-label': t('job.log'), testid: 'job-log' });
  const charts = curveCharts(signal);
  const view = { job, signal, state, told, bar, line, log, curves: newCurves() };
  view.draw = gathered(() => charts.update([{ name: job.job, curves: view.curves }]));
  view.cancel = cancelButton(view);
  fill(actions, view.cancel);
  describe(view, job);
  charts.update([{ name: job.job, curves: view.curves }]);
  follow(view);
  return [
    h('section', { class: 'card', 'aria-label': t('job.progress') }, h('div', { class: 'stack-tight' }, bar, line),
      told),
    charts,
    h('section', { class: 'card' }, h('h2', {}, t('job.log')), log),
    h('details', { class: 'card' }, h('summary', {}, t('job.configuration')),
      h('pre', { class: 'code', tabindex: '0' }, job.spec?.configuration ?? '')),
  ];
}

function describe(view, job) {
  view.job = job;
  fill(view.state, stateBadge(job.cancelling && !over.has(job.state) ? 'cancelling' : job.state));
  // One button for the life of the page: whoever is about to press it does not lose it to an event.
  view.cancel.hidden = over.has(job.state) || job.cancelling;
  if (job.state === 'queued') fill(view.line, t('job.waits'));
  if (over.has(job.state)) {
    if (job.state === 'finished') view.bar.set(1);
    fill(view.line, t(`job.${job.state}Line`));
  }
  fill(view.told, facts([
    [t('job.dataset'), job.spec?.dataset],
    [t('job.base'), job.spec?.baseEpoch && h('span', { class: 'mono' }, job.spec.baseEpoch)],
    [t('job.best'), typeof job.bestEer === 'number' && percent(job.bestEer, 2)],
    [t('job.candidate'), job.candidateEpoch && h('a', { href: link('epochs'), class: 'mono' }, job.candidateEpoch)],
    [t('job.created'), dateTime(job.createTime)], [t('job.started'), job.startTime && dateTime(job.startTime)],
    [t('job.ended'), job.endTime && dateTime(job.endTime)], [t('job.seed'), String(job.spec?.seed ?? 0)],
    [t('job.priority'), String(job.priority ?? 0)], [t('job.attempts'), String(job.attempts ?? 0)],
    [t('job.worker'), job.worker],
  ]), job.error && h('p', { class: 'box box-error', testid: 'job-error' }, t('job.error', { error: job.error })));
}

function cancelButton(view) {
  const { signal } = view;
  return button(t('job.cancel'), async () => {
    const answer = await confirmDialog({
      title: t('job.cancelTitle', { job: view.job.job }), text: t('job.cancelText'), action: t('job.cancel'), signal,
      testid: 'job-cancel-dialog', submit: () => post(`${path('jobs', view.job.job)}/cancel`, {}, { signal }),
    });
    if (!answer) return;
    notify(t('job.cancelled'));
    describe(view, answer);
  }, { danger: true, testid: 'job-cancel' });
}

function follow(view) {
  const { job, signal } = view;
  // Once for all the events of a moment.
  const refresh = gathered(async () => {
    try {
      describe(view, await get(path('jobs', job.job), { signal }));
    } catch (error) {
      if (!signal.aborted) notify(explain(error));
    }
  });
  const place = (event) => {
    const share = (event.epoch - 1 + event.batch / (event.batches || 1)) / (event.epochs || view.passes || 1);
    view.bar.set(share);
  };
  const handlers = {
    position: (event) => view.passes && place(event),
    progress: (event) => {
      addProgress(view.curves, event);
      view.draw();
      view.passes = event.epochs;
      place(event);
      if (!over.has(view.job.state)) {
        fill(view.line, t('job.progressLine', {
          epoch: event.epoch, epochs: event.epochs, batch: event.batch + 1, batches: event.batches,
          left: duration(event.etaSeconds),
        }));
      }
      write(view, 'progress', {
        ...event, batch: event.batch + 1, loss: significant(event.loss, 4), accuracy: percent(event.accuracy, 1),
      });
    },
    evaluation: (event) => {
      addEvaluation(view.curves, event);
      view.draw();
      write(view, 'evaluation', { ...event, eer: percent(event.eer, 2), minDcf: number(event.minDcf, 4) });
    },
    stateChange: (event) => {
      const key = `state.${event.state}`;
      write(view, 'stateChange', { ...event, state: has(key) ? t(key) : event.state });
      refresh();
    },
    promotionDecision: (event) => {
      write(view, event.promotionId ? 'promotionBegan' : 'promotionDecision', { ...event, reason: event.reason ?? '' });
    },
    end: () => refresh(),
  };
  for (const name of ['start', 'checkpoint', 'warning', 'candidate']) {
    handlers[name] = (event) => write(view, name, event);
  }
  watchJob(job.job, handlers, {
    signal,
    status: (state) => { if (state === 'waiting') fill(view.line, t('job.broken')); },
    failed: (error) => { throw error; },
  });
}

// Whoever reads further up is not torn away by a new line.
function write({ log }, name, event) {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.append(h('li', { class: `log-${name}` }, h('span', { class: 'log-time number' }, clock(event.time)),
    h('span', {}, t(`event.${name}`, event))));
  while (log.children.length > logLength) log.firstChild.remove();
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}
