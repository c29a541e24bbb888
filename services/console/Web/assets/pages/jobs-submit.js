// The dialog that submits a training.
import { get, path, post, requestId } from '../lib/api.js';
import { openDialog } from '../lib/dialog.js';
import { fill, h, uniqueId } from '../lib/dom.js';
import { FieldError, button, checkbox, field, ignoringFieldErrors, numberField, select } from '../lib/fields.js';
import { t } from '../lib/i18n.js';
import { badge } from '../lib/page.js';
import { empty, load, perform } from '../lib/states.js';

/** Asks for all that a training needs; gives the job that was queued, or undefined. */
export function submitJob(signal) {
  const body = h('div', { class: 'stack' });
  const form = { read: () => { throw new Error(String(t('jobs.noDatasets'))); } };
  load(body, async () => {
    const [{ datasets = [] }, { epochs = [] }] = await Promise.all([
      get(path('datasets'), { signal }), get(path('epochs'), { signal }),
    ]);
    return { datasets, epochs };
  }, (lists) => (lists.datasets.length ? fields(lists, form, signal) : empty(t('jobs.noDatasets'))), signal);
  const key = requestId();
  return openDialog({
    title: t('jobs.submit'), action: t('jobs.send'), wide: true, signal, testid: 'submit-dialog', body,
    submit: () => ignoringFieldErrors(() => post(path('jobs'), { ...form.read(), requestId: key }, { signal })),
  });
}

function fields({ datasets, epochs }, form, signal) {
  const dataset = select(datasets.map((one) => [one.name, one.name]), { testid: 'submit-dataset' });
  const base = select([['', t('jobs.fromScratch')], ...epochs.map((one) => [one.epoch, one.epoch])],
    { testid: 'submit-base' });
  const text = h('textarea', { class: 'input', rows: 13, spellcheck: 'false', testid: 'submit-configuration' });
  const configuration = field(t('job.configuration'), text, { wide: true, hint: t('jobs.configurationHint') });
  const seed = numberField(t('job.seed'), { min: 0, max: 2 ** 53 - 1, whole: true, value: 0, testid: 'submit-seed' });
  const priority = numberField(t('job.priority'), {
    min: -1000, max: 1000, whole: true, value: 0, hint: t('jobs.priorityHint'), testid: 'submit-priority',
  });
  const skip = checkbox(t('jobs.skipEvaluation'), { testid: 'submit-skip' });
  form.read = () => {
    if (!text.value.trim()) {
      configuration.setError(t('field.required'));
      throw new FieldError('');
    }
    return {
      spec: {
        dataset: dataset.value, configuration: text.value, baseEpoch: base.value || undefined, seed: seed.read(),
        skipEvaluation: skip.control.checked,
      },
      priority: priority.read(),
    };
  };
  const answer = h('div', { class: 'stack', 'aria-live': 'polite', testid: 'submit-validation' });
  const validate = button(t('jobs.validate'), () => perform(validate, answer, () => ignoringFieldErrors(async () => {
    await post(path('jobs'), { ...form.read(), validateOnly: true }, { signal });
    fill(answer, h('p', {}, badge(t('jobs.valid'), 'good')));
  })), { testid: 'submit-validate' });
  return [h('div', { class: 'fields' }, field(t('job.dataset'), dataset), field(t('job.base'), base)), configuration,
    h('div', { class: 'row' }, fileButton(text), validate),
    h('details', {}, h('summary', {}, t('options')), h('div', { class: 'stack' },
      h('div', { class: 'fields' }, seed, priority), skip)), answer];
}

// Puts a file's text into the field.
function fileButton(text) {
  const id = uniqueId('configuration');
  const file = h('input', { type: 'file', accept: '.yml,.yaml', id, class: 'file', testid: 'submit-file' });
  file.addEventListener('change', async () => {
    const [chosen] = file.files;
    file.value = ''; // the same file may be chosen again
    if (!chosen) return;
    text.value = await chosen.text();
    text.dispatchEvent(new Event('input'));
  });
  return h('div', {}, file, h('label', { for: id, class: 'button' }, t('jobs.file')));
}
