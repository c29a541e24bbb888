// Modal dialogs on the browser's own dialog element, which keeps the focus inside and gives it back.
import { h, uniqueId } from './dom.js';
import { t } from './i18n.js';
import { perform } from './states.js';

/**
 * Opens a dialog with a form. `submit` does the work and may throw: the error is then shown inside. The promise gives
 * what `submit` gave, or undefined when the dialog was dismissed.
 */
export function openDialog(options) {
  const { title, body, action, danger = false, wide = false, submit, signal, testid = 'dialog',
    shows = false } = options;
  return new Promise((resolve) => {
    const id = uniqueId('dialog');
    const errors = h('div', { class: 'stack' });
    const confirm = h('button', {
      type: 'submit', class: danger ? 'button button-danger' : 'button button-main', testid: `${testid}-confirm`,
    }, action);
    const cancel = h('button', { type: 'button', class: 'button', testid: `${testid}-cancel` }, t('action.cancel'));
    const form = h('form', { class: 'stack', novalidate: true },
      h('h2', { id }, title), body, errors, h('div', { class: 'dialog-actions' }, shows ? null : cancel, confirm));
    const dialog = h('dialog', { class: wide ? 'dialog dialog-wide' : 'dialog', 'aria-labelledby': id, testid }, form);
    let result;
    cancel.addEventListener('click', () => dialog.close());
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const value = await perform(confirm, errors, submit ?? (() => true));
      if (value === undefined || value === false) return;
      result = value;
      dialog.close();
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(result);
    });
    signal?.addEventListener('abort', () => dialog.close(), { once: true });
    document.body.append(dialog);
    dialog.showModal();
    // Nothing that cannot be undone is done by a stray Enter.
    (danger ? cancel : body.querySelector('input, select, textarea') ?? confirm).focus();
  });
}

/** Asks before something is lost. */
export function confirmDialog({ title, text, action, submit, signal, testid = 'confirm' }) {
  return openDialog({ title, body: h('p', {}, text), action, danger: true, submit, signal, testid });
}

/** A dialog that only shows something. */
export function showDialog({ title, body, signal, testid = 'show' }) {
  return openDialog({ title, body, action: t('action.close'), wide: true, shows: true, signal, testid });
}
