// The dialog that takes a collection over to another epoch: it says first how many people would be lost.
import { path, post } from '../lib/api.js';
import { openDialog, showDialog } from '../lib/dialog.js';
import { fill, h } from '../lib/dom.js';
import { button, field, ignoringFieldErrors, numberField, select } from '../lib/fields.js';
import { t } from '../lib/i18n.js';
import { notify, perform, warning } from '../lib/states.js';

/** Asks how, and starts the promotion; gives it, or undefined. */
export function promote(epoch, collections, signal) {
  const others = collections.filter((one) => one.epoch !== epoch);
  if (others.length === 0) {
    const body = h('p', {}, t('epochs.usedByAll'));
    const title = t('epochs.promoteTitle', { epoch });
    return showDialog({ title, body, signal, testid: 'promote-none' }).then(() => {});
  }
  const form = fields(others);
  const body = (validateOnly) => ({ ...form.read(), toEpoch: epoch, validateOnly });
  const answer = h('div', { class: 'stack', 'aria-live': 'polite', testid: 'promote-check-result' });
  const check = button(t('epochs.check'), () => perform(check, answer, () => ignoringFieldErrors(async () => {
    const plan = await post(path('promotions'), body(true), { signal });
    const values = { count: plan.utterancesTotal ?? 0, lost: plan.speakersWithoutAudio ?? 0 };
    fill(answer, h('p', {}, t('epochs.checked', values)),
      values.lost > 0 && warning(h('p', {}, t(`epochs.lost_${form.read().unretainedPolicy}`, { count: values.lost }))));
  })), { testid: 'promote-check' });
  return openDialog({
    title: t('epochs.promoteTitle', { epoch }), action: t('epochs.promote'), signal, testid: 'promote-dialog',
    body: h('div', { class: 'stack' }, h('p', { class: 'muted' }, t('epochs.promoteText')), form.element,
      h('div', {}, check), answer),
    submit: () => ignoringFieldErrors(async () => {
      const started = await post(path('promotions'), body(false), { signal });
      notify(t('epochs.started'));
      return started;
    }),
  });
}

function fields(collections) {
  const collection = select(collections.map((one) => [one.name, one.name]), { testid: 'promote-collection' });
  const policy = select([['fail', t('epochs.policyFail')], ['proceed', t('epochs.policyProceed')]], {
    testid: 'promote-policy',
  });
  const quorum = numberField(t('epochs.quorum'), { min: 0.01, max: 1, value: 1, testid: 'promote-quorum' });
  const rate = numberField(t('epochs.rateLimit'), { min: 0, max: 1e6, value: 0, testid: 'promote-rate' });
  const hours = numberField(t('epochs.retention'), { min: 0, max: 8760, value: 24, testid: 'promote-hours' });
  return {
    element: h('div', { class: 'stack' }, field(t('promotions.collection'), collection),
      field(t('epochs.policy'), policy, { hint: t('epochs.policyHint') }),
      h('details', {}, h('summary', {}, t('options')), h('div', { class: 'stack' }, quorum, rate, hours))),
    read: () => ({
      collection: collection.value, unretainedPolicy: policy.value, quorum: quorum.read(),
      utterancesPerSecond: rate.read(), retainSeconds: 3600 * (hours.read() ?? 24),
    }),
  };
}
