// Contrast: two clips, and whether one person speaks in both.
import { base64, get, path, post } from '../lib/api.js';
import { clipInput } from '../lib/clip-input.js';
import { fill, h } from '../lib/dom.js';
import { field, ignoringFieldErrors, numberField, option, select } from '../lib/fields.js';
import { number, score } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { pageHead } from '../lib/page.js';
import { reportBlock } from '../lib/report.js';
import { decisionOf, scoreScale } from '../lib/score.js';
import { errorBox, perform } from '../lib/states.js';

// The clips stay while the reader looks at another page.
const kept = { first: null, second: null };

/** Shows the page. */
export function show({ root, signal }) {
  const result = h('section', {
    class: 'stack', 'aria-live': 'polite', 'aria-label': t('contrast.result'), testid: 'contrast-result',
  });
  const hint = h('p', { class: 'muted small', id: 'contrast-hint' });
  const run = h('button', {
    type: 'submit', class: 'button button-main', testid: 'contrast-run', 'aria-describedby': 'contrast-hint',
  }, t('contrast.run'));
  const update = () => {
    const missing = ['first', 'second'].filter((name) => !kept[name]);
    fill(hint, missing.length ? t(missing.length === 2 ? 'contrast.needBoth' : 'contrast.needOther') : null);
    fill(result);
  };
  const input = (name) => clipInput({
    label: t(`contrast.${name}`), testid: `contrast-${name}`, signal, clip: kept[name],
    onChange: (clip) => {
      kept[name] = clip;
      update();
    },
  });
  const threshold = numberField(t('contrast.threshold'), {
    min: -1, max: 1, step: 0.01, hint: t('contrast.thresholdHint'), testid: 'contrast-threshold',
  });
  const epoch = select([['', t('epoch.default')]], { testid: 'contrast-epoch' });
  const errors = h('div', { class: 'stack' });
  const form = h('form', { class: 'card', novalidate: true },
    h('div', { class: 'row' }, run, hint),
    h('details', { testid: 'contrast-options' }, h('summary', {}, t('options')),
      h('div', { class: 'fields' }, threshold, field(t('epoch.one'), epoch))), errors);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const missing = ['first', 'second'].find((name) => !kept[name]);
    if (missing) {
      root.querySelector(`[data-testid="contrast-${missing}-file"]`).focus();
      return;
    }
    fill(result);
    perform(run, errors, () => ignoringFieldErrors(() => contrast({ threshold, epoch, result, signal })));
  });
  fill(root, pageHead('contrast'), h('div', { class: 'columns columns-two' }, input('first'), input('second')),
    form, result);
  update();
  offerEpochs(epoch, errors, signal);
}

async function offerEpochs(control, errors, signal) {
  try {
    const { epochs = [] } = await get(path('epochs'), { signal });
    control.append(...epochs.map((one) => option(one.epoch, one.epoch)));
  } catch (error) {
    if (error.name !== 'AbortError') fill(errors, errorBox(error));
  }
}

async function contrast({ threshold, epoch, result, signal }) {
  const limit = threshold.read();
  const [first, second] = await Promise.all([base64(kept.first.blob), base64(kept.second.blob)]);
  const body = { first, second, threshold: limit, epoch: epoch.value || undefined };
  const answer = await post(path('contrast'), body, { signal });
  fill(result, resultCard(answer));
}

function resultCard(answer) {
  const decision = decisionOf(answer);
  const margin = Math.abs((answer.score ?? 0) - (answer.threshold ?? 0));
  const values = { score: score(answer.score ?? 0), threshold: score(answer.threshold ?? 0),
    margin: number(margin, 3) };
  return h('div', { class: 'card fade' },
    h('div', { class: 'stack-tight' },
      h('h2', { class: `verdict is-${decision}`, testid: 'contrast-decision' }, t(`contrast.${decision}`)),
      h('p', { class: 'muted', testid: 'contrast-sentence' }, t(`contrast.${decision}Why`, values)),
      margin < 0.05 && h('p', { class: 'note note-warn' }, t('contrast.close'))),
    scoreScale({ ...answer, decision }),
    h('div', { class: 'columns columns-two' },
      reportBlock(t('contrast.first'), answer.firstReport), reportBlock(t('contrast.second'), answer.secondReport)),
    h('p', { class: 'muted small' }, t('epoch.by', { epoch: answer.epoch ?? '' })));
}
