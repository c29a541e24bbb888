// Jobs: the trainings there are, and a form that submits one.
import { get, path } from '../lib/api.js';
import { fill, h } from '../lib/dom.js';
import { button, field, select } from '../lib/fields.js';
import { dateTime, percent } from '../lib/format.js';
import { has, t } from '../lib/i18n.js';
import { badge, pageHead, pager, table } from '../lib/page.js';
import { link } from '../lib/router.js';
import { empty, load } from '../lib/states.js';
import { submitJob } from './jobs-submit.js';

const states = ['queued', 'running', 'finished', 'failed', 'cancelled'];
const interval = 3000;
const kinds = { running: 'active', finished: 'good', failed: 'bad', cancelled: 'warn', cancelling: 'warn' };

/** Shows the page. */
export async function show({ root, signal }) {
  const list = h('div', { class: 'stack', testid: 'jobs' });
  const chosen = new Set();
  const compare = button(t('jobs.compare'), () => { location.hash = link('compare', ...chosen); }, {
    testid: 'jobs-compare',
  });
  const state = select([['', t('jobs.all')], ...states.map((name) => [name, t(`state.${name}`)])], {
    testid: 'jobs-state', on: { change: () => first() },
  });
  const pages = pager((token) => draw(token));
  const hint = h('p', { class: 'muted small', 'aria-live': 'polite' });
  const choose = () => {
    compare.disabled = chosen.size !== 2;
    fill(hint, t(chosen.size > 2 ? 'jobs.compareFewer' : 'jobs.compareHint', { count: chosen.size }));
  };
  const ask = (token) => get(path('jobs'), {
    query: { pageSize: 25, pageToken: token, state: state.value }, signal,
  });
  const content = (answer) => {
    pages.update(answer.nextPageToken);
    const jobs = answer.jobs ?? [];
    if (jobs.length) return jobTable(jobs, chosen, choose);
    return empty(t(state.value ? 'jobs.noneOfState' : 'jobs.none'));
  };
  const draw = (token) => load(list, () => ask(token), content, signal);
  // What goes on is seen to go on: rows change where they stand, so that the focus stays in them.
  const timer = setInterval(async () => {
    const shown = list.firstChild;
    if (document.hidden || shown?.names === undefined) return;
    const { token } = pages;
    // A console that is away for a moment leaves the list as it was.
    const answer = await ask(token).catch(() => null);
    if (!answer || signal.aborted || list.firstChild !== shown || pages.token !== token) return;
    if (answer.jobs.map((one) => one.job).join('\n') === shown.names) shown.update(answer.jobs);
    else fill(list, content(answer));
  }, interval);
  signal.addEventListener('abort', () => clearInterval(timer));
  const first = () => {
    pages.reset();
    return draw('');
  };
  const submit = button(t('jobs.submit'), async () => {
    const job = await submitJob(signal);
    if (job) location.hash = link('jobs', job.job);
  }, { main: true, testid: 'jobs-submit' });
  choose();
  fill(root, pageHead('jobs', submit), h('section', { class: 'card', 'aria-label': t('jobs.list') },
    h('div', { class: 'row row-end spread' }, field(t('job.state'), state), h('div', { class: 'row' }, hint, compare)),
      list, pages));
  await draw('');
}

/** The state of a job as a word. */
export function stateBadge(state) {
  const key = `state.${state}`;
  return badge(has(key) ? t(key) : state, kinds[state] ?? '');
}

function jobTable(jobs, chosen, changed) {
  const rows = jobs.map((one) => {
    const box = h('input', { type: 'checkbox', 'aria-label': t('jobs.choose', { job: one.job }),
      testid: 'job-choose' });
    box.checked = chosen.has(one.job);
    box.addEventListener('change', () => {
      if (box.checked) chosen.add(one.job);
      else chosen.delete(one.job);
      changed();
    });
    const row = h('tr', { testid: 'job-row' }, h('td', {}, box),
      h('th', { scope: 'row' }, h('a', { href: link('jobs', one.job), testid: 'job-open' }, one.job)),
      h('td', {}), h('td', {}, one.spec?.dataset ?? '–'), h('td', { class: 'right' }), h('td', { class: 'mono small' }),
      h('td', { class: 'nowrap small' }, dateTime(one.createTime)));
    row.update = (job) => {
      fill(row.children[2], stateBadge(job.state));
      fill(row.children[4], percent(job.bestEer, 2));
      fill(row.children[5], job.candidateEpoch ?? '–');
    };
    row.update(one);
    return row;
  });
  const element = table({
    caption: t('jobs.list'), testid: 'jobs-table', rows,
    heads: [t('jobs.compare'), t('job.title'), t('job.state'), t('job.dataset'), [t('job.best'), 'right'],
      t('job.candidate'), t('job.created')],
  });
  element.names = jobs.map((one) => one.job).join('\n');
  element.update = (later) => later.forEach((job, index) => rows[index].update(job));
  return element;
}
