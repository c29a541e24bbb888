// The colour scheme: the system's, or the one that was chosen.
import { recall, remember } from './store.js';

const listeners = new Set();
const system = matchMedia('(prefers-color-scheme: dark)');

/** The choices there are. */
export const themes = ['system', 'light', 'dark'];

/** The choice in force. */
export function theme() {
  const stored = recall('theme');
  return themes.includes(stored) ? stored : 'system';
}

/** Chooses a scheme. */
export function setTheme(name) {
  remember('theme', name === 'system' ? '' : name);
  if (name === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  tell();
}

/** Calls back whenever colours change: what is drawn on a canvas has to be drawn anew. */
export function onTheme(listener, signal) {
  listeners.add(listener);
  signal?.addEventListener('abort', () => listeners.delete(listener));
}

function tell() {
  for (const listener of listeners) listener();
}

system.addEventListener('change', tell);
