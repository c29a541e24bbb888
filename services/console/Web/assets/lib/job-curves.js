// The curves of trainings: gathered from a job's events, drawn in four charts.
import { path } from './api.js';
import { lineChart } from './chart.js';
import { h } from './dom.js';
import { listen } from './events.js';
import { number, percent, significant } from './format.js';
import { t } from './i18n.js';

/** The points of one job. */
export function newCurves() {
  return { loss: [], accuracy: [], rate: [], eer: [] };
}

// A trainer that took over repeats what came after its checkpoint: the new value replaces the old.
function put(points, x, y) {
  if (typeof y !== 'number') return;
  while (points.length && points.at(-1)[0] >= x) points.pop();
  points.push([x, y]);
}

/** Adds an event's values; what was no number is left out of the event. */
export function addProgress(curves, event) {
  put(curves.loss, event.step, event.loss);
  put(curves.accuracy, event.step, event.accuracy);
  put(curves.rate, event.step, event.learningRate);
}

/** Adds an evaluation. */
export function addEvaluation(curves, event) {
  put(curves.eer, event.epoch, event.eer);
}

/** The four charts; `update` takes [{ name, curves }]. */
export function curveCharts(signal) {
  const step = (x) => number(x, 0);
  const make = (key, options) => lineChart({ title: t(`job.${key}`), signal, testid: `chart-${key}`, ...options });
  const charts = {
    loss: make('loss', { xLabel: t('job.step'), formatX: step, format: (y) => significant(y, 4) }),
    accuracy: make('accuracy', { xLabel: t('job.step'), formatX: step, format: (y) => percent(y, 1) }),
    rate: make('rate', { xLabel: t('job.step'), formatX: step, format: (y) => significant(y, 3), log: true }),
    eer: make('eer', { xLabel: t('job.pass'), formatX: step, format: (y) => percent(y, 1), whole: true }),
  };
  const element = h('div', { class: 'charts' }, Object.values(charts));
  element.update = (jobs) => {
    for (const [key, chart] of Object.entries(charts)) {
      chart.update(jobs.map(({ name, curves }) => ({ name, points: [...curves[key]] })));
    }
  };
  return element;
}

/** Calls `draw` once for all the events of a moment: a finished job's come by the thousand. */
export function gathered(draw) {
  let pending = 0;
  return () => {
    if (pending) return;
    pending = setTimeout(() => {
      pending = 0;
      draw();
    }, 100);
  };
}

/** Listens to a job's events. */
export function watchJob(job, handlers, options) {
  return listen(`${path('jobs', job)}/events`, handlers, options);
}
