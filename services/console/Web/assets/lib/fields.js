// Form fields: a label, a control, a hint, and an error that belongs to the control.
import { fill, h, setAttribute, uniqueId } from './dom.js';
import { Text, t } from './i18n.js';

/** Wraps a control into a field; the field gets `control`, `setError` and `clearError`. */
export function field(label, control, { hint, wide = false } = {}) {
  control.id ||= uniqueId('field');
  const hintElement = hint && h('p', { class: 'hint', id: `${control.id}-hint` }, hint);
  const error = h('p', { class: 'field-error', id: `${control.id}-error`, hidden: true });
  control.setAttribute('aria-describedby', `${hint ? `${control.id}-hint ` : ''}${control.id}-error`);
  const element = h('div', { class: wide ? 'field field-wide' : 'field' },
    h('label', { for: control.id }, label), control, hintElement, error);
  element.control = control;
  element.clearError = () => {
    error.hidden = true;
    control.removeAttribute('aria-invalid');
  };
  element.setError = (text) => {
    fill(error, text);
    error.hidden = false;
    control.setAttribute('aria-invalid', 'true');
    control.focus();
  };
  control.addEventListener('input', element.clearError);
  return element;
}

/** A line of text. */
export function textInput({ value = '', testid, maxlength, autocomplete = 'off', on } = {}) {
  const input = h('input', { type: 'text', class: 'input', testid, maxlength, autocomplete, on });
  input.value = value;
  return input;
}

/** A field for a number; `read` gives it, undefined when it is left empty, and throws what is shown at the field. */
export function numberField(label, { min, max, step = 'any', value = '', hint, testid, whole = false } = {}) {
  const input = h('input', {
    type: 'number', class: 'input input-number', min, max, step: whole ? 1 : step, testid, inputmode: 'decimal',
  });
  input.value = value;
  const element = field(label, input, { hint });
  element.read = () => {
    element.clearError();
    if (input.value === '' && !input.validity.badInput) return undefined;
    const number = input.valueAsNumber;
    const outside = (min !== undefined && number < min) || (max !== undefined && number > max);
    if (!Number.isFinite(number) || outside || (whole && !Number.isSafeInteger(number))) {
      const range = { min: min ?? '−∞', max: max ?? '∞' };
      const text = whole ? t('field.wholeRange', range) : t('field.range', range);
      element.setError(text);
      throw new FieldError(text);
    }
    return number;
  };
  return element;
}

/** Thrown by a field that was filled in wrongly: the field already shows it. */
export class FieldError extends Error {
  constructor(text) {
    super(String(text));
    this.name = 'FieldError';
  }
}

/** Runs a form's work and leaves what its fields already show to them. */
export async function ignoringFieldErrors(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FieldError) return undefined;
    throw error;
  }
}

/** A choice; options are [value, text]. */
export function select(options, { value, testid, on } = {}) {
  const element = h('select', { class: 'input', testid, on }, options.map(([key, text]) => option(key, text)));
  if (value !== undefined) element.value = value;
  return element;
}

/** One option of a choice. */
export function option(value, text) {
  return h('option', { value }, text instanceof Text ? text : String(text));
}

/** A tick box with its label. */
export function checkbox(label, { checked = false, testid, on } = {}) {
  const id = uniqueId('check');
  const input = h('input', { type: 'checkbox', id, testid, on });
  input.checked = checked;
  const element = h('div', { class: 'check' }, input, h('label', { for: id }, label));
  element.control = input;
  return element;
}

/** A few choices of which one holds, side by side. */
export function segmented(legend, options, { value, testid, on }) {
  const name = uniqueId('segment');
  const inputs = options.map(([key, text]) => {
    const input = h('input', { type: 'radio', name, value: key, id: `${name}-${key}`, testid: `${testid}-${key}` });
    input.checked = key === value;
    input.addEventListener('change', () => on(key));
    return [input, h('label', { for: input.id }, text)];
  });
  return h('fieldset', { class: 'segmented', testid }, h('legend', { class: 'hidden-visually' }, legend), inputs);
}

/** A button: the main one of its place, a dangerous, a small one, one like a link, one without a frame. */
export function button(text, click, options = {}) {
  const { main, danger, small, link, plain, testid, label } = options;
  const kinds = ['button', main && 'button-main', danger && 'button-danger', small && 'button-small',
    link && 'button-link', plain && 'button-plain'];
  const element = h('button', { type: 'button', class: kinds.filter(Boolean).join(' '), testid, on: { click } }, text);
  if (label) setAttribute(element, 'aria-label', label);
  return element;
}
