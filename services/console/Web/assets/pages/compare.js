// Two trainings over each other.
import { get, path } from '../lib/api.js';
import { fill, h } from '../lib/dom.js';
import { percent } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { addEvaluation, addProgress, curveCharts, gathered, newCurves, watchJob } from '../lib/job-curves.js';
import { table } from '../lib/page.js';
import { link } from '../lib/router.js';
import { load } from '../lib/states.js';
import { stateBadge } from './jobs.js';

/** Shows the page. */
export async function show({ root, signal, parameters }) {
  const body = h('div', { class: 'page' });
  fill(root, h('div', { class: 'page-head' },
    h('div', {}, h('p', { class: 'small' }, h('a', { href: link('jobs') }, t('compare.back'))),
      h('h1', {}, t('compare.title')), h('p', { class: 'muted' }, t('compare.intro')))), body);
  await load(body, () => Promise.all(parameters.map((name) => get(path('jobs', name), { signal }))),
    (jobs) => content(jobs, signal), signal);
}

function content(jobs, signal) {
  const charts = curveCharts(signal);
  const series = jobs.map(({ job }) => ({ name: job, curves: newCurves() }));
  const draw = gathered(() => charts.update(series));
  for (const { name, curves } of series) {
    watchJob(name, {
      progress: (event) => {
        addProgress(curves, event);
        draw();
      },
      evaluation: (event) => {
        addEvaluation(curves, event);
        draw();
      },
    }, { signal, failed: (error) => { throw error; } });
  }
  charts.update(series);
  return [h('section', { class: 'card', 'aria-label': t('jobs.list') }, summary(jobs)), charts, differences(jobs)];
}

function summary(jobs) {
  return table({
    caption: t('jobs.list'), testid: 'compare-table',
    heads: [t('job.title'), t('job.state'), t('job.dataset'), t('job.base'), [t('job.best'), 'right'],
      t('job.candidate')],
    rows: jobs.map((one) => h('tr', {},
      h('th', { scope: 'row' }, h('a', { href: link('jobs', one.job) }, one.job)),
      h('td', {}, stateBadge(one.state)), h('td', {}, one.spec?.dataset ?? '–'),
      h('td', { class: 'mono small' }, one.spec?.baseEpoch ?? '–'),
      h('td', { class: 'right' }, percent(one.bestEer, 2)),
      h('td', { class: 'mono small' }, one.candidateEpoch ?? '–'))),
  });
}

// Lines of one configuration that the other has not, side by side.
function differences(jobs) {
  const texts = jobs.map((one) => (one.spec?.configuration ?? '').split('\n'));
  const only = texts.map((lines, index) => lines.filter((line) => line.trim() && !texts[1 - index].includes(line)));
  return h('section', { class: 'card', testid: 'compare-differences' }, h('h2', {}, t('compare.differences')),
    only.every((lines) => lines.length === 0) ? h('p', { class: 'muted' }, t('compare.same'))
      : h('div', { class: 'columns columns-two' }, jobs.map((one, index) => h('div', { class: 'stack-tight' },
        h('h3', {}, one.job), h('pre', { class: 'code', tabindex: '0' }, only[index].join('\n') || '–')))));
}
