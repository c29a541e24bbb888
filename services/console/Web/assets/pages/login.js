// The page of who is not signed in, and the switch that signs out.
import { get, path, post, remove } from '../lib/api.js';
import { fill, h, add } from '../lib/dom.js';
import { button, field } from '../lib/fields.js';
import { t } from '../lib/i18n.js';
import { perform, warning } from '../lib/states.js';
import { recall, remember } from '../lib/store.js';

/** Comes to the login page with a reason, by way of the server: nothing of before stays on the page. */
export function signedOut(reason) {
  remember('signed-out', reason || ' ');
  location.reload();
}

/** Who is signed in: { isRequired, isSignedIn, name, … }. */
export function session() {
  return get(path('session'));
}

/** Asks for a key; the page begins anew when it was right. */
export function showLogin(place) {
  const reason = recall('signed-out').trim();
  remember('signed-out', '');
  const key = h('input', {
    type: 'password', class: 'input', testid: 'login-key', maxlength: 8192, autocomplete: 'current-password',
    spellcheck: 'false', required: true,
  });
  const entry = field(t('login.key'), key, { hint: t('login.hint'), wide: true });
  const outcome = h('div', { class: 'stack', 'aria-live': 'polite' });
  const send = button(t('login.send'), null, { testid: 'login-send', main: true });
  send.type = 'submit';
  // For those who keep passwords for people: they look for a name.
  const name = h('input', { type: 'text', autocomplete: 'username', hidden: true, set: { value: 'voiceprint' } });
  const form = h('form', { class: 'card stack', testid: 'login-form' }, name, entry,
    h('div', { class: 'row' }, send), outcome);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    perform(send, outcome, async () => {
      await post(path('session'), { key: key.value.trim() }, { isSignIn: true });
      location.reload();
    });
  });
  fill(place, h('div', { class: 'page fade', testid: 'page-login' },
    h('div', { class: 'page-head' }, h('div', {}, h('h1', {}, t('login.title')),
      h('p', { class: 'muted' }, t('login.intro')))),
    reason && warning(h('p', { testid: 'login-reason' }, t('login.ended')), h('p', { class: 'small' }, reason)),
    !isSecureContext && warning(h('p', { testid: 'login-insecure' }, t('login.insecure'))), form));
  key.focus();
}

/** Adds who is signed in, and the way out. */
export function addSignOut(place, name) {
  const leave = button(t('login.out'), async () => {
    await remove(path('session'));
    location.reload();
  }, { testid: 'login-out' });
  add(place, h('span', { class: 'muted small', testid: 'login-name' }, name), leave);
}
