// Recognise: who of a collection it is, or whether it is the person it is said to be.
import { path, postBytes } from '../lib/api.js';
import { clipInput } from '../lib/clip-input.js';
import { collectionField, collections } from '../lib/collections.js';
import { fill, h } from '../lib/dom.js';
import { field, ignoringFieldErrors, numberField, segmented, textInput } from '../lib/fields.js';
import { score } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { pageHead } from '../lib/page.js';
import { reportBlock } from '../lib/report.js';
import { candidateTable, decisionOf, scoreScale } from '../lib/score.js';
import { link } from '../lib/router.js';
import { empty, load, perform } from '../lib/states.js';

let kept = null;

/** Shows the page. */
export async function show({ root, signal }) {
  const body = h('div', { class: 'page' });
  fill(root, pageHead('recognise'), body);
  await load(body, () => collections(signal), (list) => (list.length ? content(list, signal)
    : empty(t('recognise.noCollections'), h('a', { class: 'button', href: link('people') }, t('nav.people')))), signal);
}

function content(list, signal) {
  const form = controls(list);
  const result = h('section', {
    class: 'stack', 'aria-live': 'polite', 'aria-label': t('recognise.result'), testid: 'recognise-result',
  });
  const errors = h('div', { class: 'stack' });
  const run = h('button', { type: 'submit', class: 'button button-main', testid: 'recognise-run' }, t('recognise.run'));
  const hint = h('p', { class: 'muted small' });
  const input = clipInput({
    label: t('recognise.clip'), testid: 'recognise-clip', signal, clip: kept,
    onChange: (clip) => {
      kept = clip;
      fill(result);
      fill(hint, clip ? null : t('recognise.needClip'));
    },
  });
  if (!kept) fill(hint, t('recognise.needClip'));
  const element = h('form', { class: 'card', novalidate: true },
    h('h2', {}, t('recognise.question')), form.element, h('div', { class: 'row' }, run, hint), errors);
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!kept) {
      input.querySelector('input[type="file"]').focus();
      return;
    }
    fill(result);
    perform(run, errors, () => ignoringFieldErrors(async () => {
      const answer = await form.ask(kept.blob, signal);
      fill(result, answer);
    }));
  });
  return [h('div', { class: 'columns columns-two' }, input, element), result];
}

function controls(list) {
  const collection = collectionField(list, { testid: 'recognise-collection' });
  const threshold = numberField(t('contrast.threshold'), {
    min: -1, max: 1, step: 0.01, hint: t('contrast.thresholdHint'), testid: 'recognise-threshold',
  });
  const count = numberField(t('recognise.count'),
    { min: 1, max: 1000, whole: true, value: 5, testid: 'recognise-top' });
  const claimed = field(t('recognise.claimed'), textInput({ testid: 'recognise-claimed', maxlength: 256 }));
  claimed.hidden = true;
  let mode = 'identify';
  const modes = segmented(t('recognise.mode'), [['identify', t('recognise.who')], ['verify', t('recognise.is')]], {
    value: mode, testid: 'recognise-mode',
    on: (value) => {
      mode = value;
      claimed.hidden = value !== 'verify';
      count.hidden = value === 'verify';
    },
  });
  const ask = async (blob, signal) => {
    const limit = threshold.read();
    const parts = ['collections', collection.control.value];
    if (mode === 'identify') {
      const query = { topK: count.read() ?? 5, threshold: limit };
      return identified(await postBytes(path(...parts, 'identify'), blob, { query, signal }));
    }
    const person = claimed.control.value.trim();
    if (!person) {
      claimed.setError(t('field.required'));
      return null;
    }
    const answer = await postBytes(path(...parts, 'speakers', person, 'verify'), blob,
      { query: { threshold: limit }, signal });
    return verified(answer, person);
  };
  const element = h('div', { class: 'stack' }, modes, collection, claimed,
    h('details', {}, h('summary', {}, t('options')),
    h('div', { class: 'fields' }, threshold, count)));
  return { ask, element };
}

function verdict(decision, title, sentence) {
  return h('div', { class: 'stack-tight' },
    h('h2', { class: `verdict is-${decision}`, testid: 'recognise-decision' }, title),
      h('p', { class: 'muted' }, sentence));
}

function identified(answer) {
  const decision = decisionOf(answer);
  const candidates = answer.candidates ?? [];
  const best = candidates[0];
  const values = {
    score: score(answer.score ?? 0), threshold: score(answer.threshold ?? 0), margin: score(answer.margin),
    name: best?.displayName || answer.speakerId || '', count: answer.gallerySize ?? 0,
  };
  const known = decision === 'accepted';
  const nobody = !known && !best;
  return h('div', { class: 'card fade' },
    verdict(decision, known ? values.name : t('recognise.stranger'), [
      t(known ? 'recognise.knownWhy' : nobody ? 'recognise.nobody' : 'recognise.strangerWhy', values), ' ',
      best && typeof answer.margin === 'number' && t('recognise.margin', values),
    ]),
    best && scoreScale({ ...answer, decision }),
    best && candidateTable(answer, 'recognise-candidates'),
    reportBlock(t('recognise.clip'), answer.report),
    h('p', { class: 'muted small' }, t('recognise.gallery', values), ' ',
      t('epoch.by', { epoch: answer.epoch ?? '' })));
}

function verified(answer, name) {
  const decision = decisionOf(answer);
  const values = { score: score(answer.score ?? 0), threshold: score(answer.threshold ?? 0), name };
  return h('div', { class: 'card fade' },
    verdict(decision, t(`verify.${decision}`, values), t(`verify.${decision}Why`, values)),
    scoreScale({ ...answer, decision }), reportBlock(t('recognise.clip'), answer.report),
    h('p', { class: 'muted small' }, t('epoch.by', { epoch: answer.epoch ?? '' })));
}
