// What a part of a page shows while it waits, when there is nothing, and when something went wrong.
import { fill, h } from './dom.js';
import { has, t } from './i18n.js';

/** A sentence for an error, in the reader's language where the code is a known one. */
export function explain(error) {
  const key = `error.${error?.code ?? ''}`;
  return has(key) ? t(key) : t('error.other');
}

/** An error with what the server said, and a way to try again. */
export function errorBox(error, retry) {
  const detail = error?.message || String(error);
  return h('div', { class: 'box box-error', role: 'alert', testid: 'error' },
    h('p', {}, h('strong', {}, explain(error))),
    detail && h('p', { class: 'small', testid: 'error-message' }, detail),
    retry && h('div', {}, h('button', { type: 'button', class: 'button', testid: 'error-retry', on: { click: retry } },
      t('action.retry'))));
}

/** A note that work is under way. */
export function loading(text = t('state.loading')) {
  return h('p', { class: 'waiting', role: 'status', testid: 'loading' }, h('span', { class: 'spinner' }), text);
}

/** A note that there is nothing, with what to do about it. */
export function empty(text, ...actions) {
  return h('div', { class: 'box box-empty', testid: 'empty' }, h('p', {}, text), ...actions);
}

/** A note that needs attention but is no error. */
export function warning(...children) {
  return h('div', { class: 'box box-warning' }, ...children);
}

/** Fills `place` with what `work` gives: the waiting note first, then what `render` makes, or the error. */
export async function load(place, work, render, signal) {
  const attempt = async () => {
    fill(place, loading());
    place.setAttribute('aria-busy', 'true');
    try {
      const value = await work();
      if (!signal?.aborted) fill(place, await render(value));
    } catch (error) {
      if (!signal?.aborted) fill(place, errorBox(error, attempt));
    } finally {
      place.removeAttribute('aria-busy');
    }
  };
  await attempt();
}

/** Runs the work of a button: the button is held meanwhile, and `place` shows the error if there is one. */
export async function perform(button, place, work) {
  if (button.getAttribute('aria-disabled') === 'true') return undefined;
  // Not `disabled`: that would throw the keyboard focus away.
  button.setAttribute('aria-disabled', 'true');
  button.classList.add('is-busy');
  fill(place);
  try {
    return await work();
  } catch (error) {
    if (error?.name !== 'AbortError') fill(place, errorBox(error));
    return undefined;
  } finally {
    button.removeAttribute('aria-disabled');
    button.classList.remove('is-busy');
  }
}

/** A short message at the edge of the page that goes by itself. */
export function notify(text) {
  const note = h('div', { class: 'notice fade', testid: 'notice' }, text);
  document.getElementById('notices').append(note);
  setTimeout(() => note.remove(), 6000);
}
