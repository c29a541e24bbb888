// Enrolling a person: takes from files or the microphone, judged here first and by the server then.
import { base64, path, post, requestId } from '../lib/api.js';
import { clipSource } from '../lib/clip-input.js';
import { clipView } from '../lib/clip-view.js';
import { fill, h } from '../lib/dom.js';
import { FieldError, button, field, ignoringFieldErrors, textInput } from '../lib/fields.js';
import { t } from '../lib/i18n.js';
import { icon } from '../lib/icons.js';
import { reportBlock } from '../lib/report.js';
import { perform, warning } from '../lib/states.js';
import { isAddressable } from './people-collections.js';

const mostTakes = 64;
const goodTakes = 3;

/** The panel; `speaker` is given when an enrolled person gets more takes. */
export function enrolPanel(view, signal, speaker = null) {
  const collection = view.collection.name;
  const state = { takes: [], request: requestId() };
  const id = field(t('person.id'), textInput({ testid: 'enrol-id', maxlength: 256, value: speaker?.speakerId ?? '' }),
    { hint: t('enrol.idHint') });
  const name = field(t('person.name'), textInput({ testid: 'enrol-name', maxlength: 256,
    value: speaker?.displayName ?? '' }),
    { hint: t('enrol.nameHint') });
  id.control.readOnly = speaker !== null;
  const list = h('ol', { class: 'takes' });
  const advice = h('p', { class: 'muted small', 'aria-live': 'polite' });
  const errors = h('div', { class: 'stack' });
  const result = h('div', { class: 'stack', 'aria-live': 'polite', testid: 'enrol-result' });
  const submit = h('button', { type: 'submit', class: 'button button-main', testid: 'enrol-submit' },
    t('enrol.submit'));
  // Other input is another request: only the same one again may get the first answer again.
  const changed = () => {
    state.request = requestId();
    fill(advice, t(state.takes.length < goodTakes ? 'enrol.advice' : 'enrol.enough', { count: state.takes.length }));
  };
  for (const one of [id, name]) one.control.addEventListener('input', changed);
  const addTake = (clip) => {
    fill(result);
    if (state.takes.length < mostTakes) addTo(state, list, clip, signal, changed);
  };
  const source = clipSource({ onClip: addTake, signal, testid: 'enrol', label: t('enrol.takes'), multiple: true });
  const close = button(icon('close'), () => view.close(speaker?.speakerId), {
    plain: true, small: true, label: t('action.close'),
  });
  const form = h('form', { class: 'card', novalidate: true, testid: 'enrol-form' },
    h('div', { class: 'panel-head' }, h('h2', {}, speaker ? t('person.addTakes') : t('enrol.title')), close),
    h('p', { class: 'muted small' }, t('enrol.into', { collection })),
    h('div', { class: 'fields' }, id, name), h('h3', {}, t('enrol.takes')), source, list, advice,
    h('div', { class: 'row' }, submit), errors, result);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    perform(submit, errors, () => ignoringFieldErrors(async () => {
      const answer = await send({ state, id, name, collection, signal });
      state.takes.forEach((take) => take.element.release());
      state.takes = [];
      fill(list);
      changed();
      fill(result, enrolled(answer, view));
      result.scrollIntoView({ block: 'nearest' });
      view.changed();
    }));
  });
  changed();
  return form;
}

function addTo(state, list, clip, signal, changed) {
  const view = clipView(clip, { signal, compact: true });
  const take = { clip, element: view };
  const drop = button(t('action.remove'), () => {
    state.takes = state.takes.filter((other) => other !== take);
    view.release();
    item.remove();
    changed();
  }, { small: true, testid: 'take-remove', label: t('enrol.removeTake', { name: clip.name }) });
  const item = h('li', { class: 'take', testid: 'take' }, view, h('div', {}, drop));
  state.takes.push(take);
  list.append(item);
  changed();
}

async function send({ state, id, name, collection, signal }) {
  const speakerId = id.control.value.trim();
  if (!isAddressable(speakerId)) {
    id.setError(t('field.name'));
    throw new FieldError('');
  }
  if (state.takes.length === 0) throw new Error(String(t('enrol.needTake')));
  const audios = [];
  for (const take of state.takes) audios.push(await base64(take.clip.blob));
  const body = { displayName: name.control.value.trim() || undefined, requestId: state.request, audios };
  return post(path('collections', collection, 'speakers', speakerId, 'utterances'), body, { signal });
}

function enrolled(answer, view) {
  const { speaker = {}, reports = [] } = answer;
  const name = speaker.displayName || speaker.speakerId;
  const flagged = reports.some((report) => (report.warnings ?? []).length > 0);
  const text = t(answer.created ? 'enrol.created' : 'enrol.extended',
    { name, count: (speaker.utterances ?? []).length });
  return [
    h('p', { class: 'verdict is-accepted' }, text),
    answer.replayed && h('p', { class: 'muted' }, t('enrol.replayed')),
    flagged && warning(h('p', {}, t('enrol.flagged'))),
    reports.map((report, index) => reportBlock(t('enrol.take', { index: index + 1 }), report)),
    h('div', {}, button(t('person.details'), () => view.open(speaker.speakerId), { testid: 'enrol-open' })),
  ];
}
