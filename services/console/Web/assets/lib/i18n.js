// Texts in the reader's language. A text is a value that renders itself, so that a switch changes it where it stands.
import { en } from './i18n/en.js';
import { zh } from './i18n/zh.js';
import { recall, remember } from './store.js';

const dictionaries = { en, zh };
const listeners = new Set();

/** The languages there are, each under its own name. */
export const languages = { en: 'English', zh: '中文' };

let current = choose();

function choose() {
  const stored = recall('language');
  if (stored in dictionaries) return stored;
  const wanted = navigator.languages?.length ? navigator.languages : [navigator.language ?? 'en'];
  const known = wanted.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => tag in dictionaries);
  return known ?? 'en';
}

/** Text that is made anew whenever the language changes. */
export class Text {
  #make;

  constructor(make) {
    this.#make = make;
  }

  toString() {
    return this.#make();
  }
}

/** The language in use. */
export function language() {
  return current;
}

/** The tag that Intl formats with. */
export function locale() {
  return current === 'zh' ? 'zh-CN' : navigator.languages?.find((tag) => tag.startsWith('en')) ?? 'en-GB';
}

/** The text of a key; `{name}` in it stands for a parameter, and `count` chooses between singular and plural. */
export function t(key, parameters = {}) {
  return new Text(() => translate(key, parameters));
}

/** Whether there is a text of that key: for keys made of what the server sends. */
export function has(key) {
  return key in en;
}

function translate(key, parameters) {
  let pattern = dictionaries[current][key] ?? en[key] ?? key;
  if (typeof pattern === 'object') {
    const rule = new Intl.PluralRules(locale()).select(Number(parameters.count ?? 0));
    pattern = pattern[rule] ?? pattern.other;
  }
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = parameters[name];
    if (value === undefined || value === null) return whole;
    return typeof value === 'number' ? value.toLocaleString(locale()) : isolated(String(value));
  });
}

// Texts of the other direction, and marks that change it, must not turn the sentence around them.
function isolated(text) {
  const turns = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff]/;
  return turns.test(text) ? `\u2068${text}\u2069` : text;
}

/** Changes the language and with it every text that is on the page. */
export function setLanguage(tag) {
  if (!(tag in dictionaries) || tag === current) return;
  current = tag;
  remember('language', tag);
  refresh(document.documentElement);
  for (const listener of listeners) listener(tag);
}

/** Calls back at every change of language. */
export function onLanguage(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A text node that follows the language. */
export function textNode(text) {
  const node = document.createTextNode(String(text));
  node.liveText = text;
  return node;
}

/** An attribute that follows the language. */
export function setLiveAttribute(element, name, text) {
  (element.liveAttributes ??= new Map()).set(name, text);
  element.setAttribute(name, String(text));
}

function refresh(root) {
  root.lang = current === 'zh' ? 'zh-CN' : 'en';
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    if (node.liveText) node.data = String(node.liveText);
    if (node.liveAttributes) {
      for (const [name, text] of node.liveAttributes) node.setAttribute(name, String(text));
    }
  }
}

/** To be called once when the page stands. */
export function startLanguage() {
  document.documentElement.lang = current === 'zh' ? 'zh-CN' : 'en';
}
