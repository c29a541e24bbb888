// Builds DOM nodes without ever parsing markup, so that nothing from the server can become any.
import { Text, setLiveAttribute, textNode } from './i18n.js';

const svgSpace = 'http://www.w3.org/2000/svg';

/** An HTML element: h('p', { class: 'muted', testid: 'x', on: { click } }, child, …). */
export function h(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/** An SVG element, built like h. */
export function s(tag, attributes = {}, ...children) {
  return build(document.createElementNS(svgSpace, tag), attributes, children);
}

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) apply(element, name, value);
  add(element, ...children);
  return element;
}

function apply(element, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === 'on') {
    for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
  } else if (name === 'set') {
    Object.assign(element, value);
  } else if (name === 'style') {
    // One property at a time through the CSSOM: the policy forbids the attribute.
    for (const [property, setting] of Object.entries(value)) element.style.setProperty(property, setting);
  } else if (name === 'testid') {
    element.setAttribute('data-testid', value);
  } else {
    setAttribute(element, name, value === true ? '' : value);
  }
}

/** Sets an attribute; a Text follows the language. */
export function setAttribute(element, name, value) {
  if (value instanceof Text) {
    setLiveAttribute(element, name, value);
  } else {
    element.liveAttributes?.delete(name);
    element.setAttribute(name, String(value));
  }
}

/** Adds children: nodes, texts, arrays of them; nothing for null, undefined and false. */
export function add(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    if (child instanceof Node) element.append(child);
    else if (child instanceof Text) element.append(textNode(child));
    else element.append(document.createTextNode(String(child)));
  }
  return element;
}

/** Puts these children in the place of all there are. */
export function fill(element, ...children) {
  element.replaceChildren();
  return add(element, ...children);
}

let lastId = 0;

/** An id that no other element has. */
export function uniqueId(prefix = 'id') {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/** The colour that a custom property stands for where `element` is: canvases cannot read the style sheet. */
export function colour(element, property) {
  const probe = h('span', { style: { color: `var(${property})` } });
  element.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
