// A button that records a clip from the microphone, with a level meter and the time that has gone.
import { fill, h, setAttribute } from './dom.js';
import { number, position } from './format.js';
import { t } from './i18n.js';
import { measure } from './audio.js';
import { openMicrophone } from './recorder.js';
import { errorBox } from './states.js';
import { join, toWav } from './wav.js';

const longestSeconds = 120;
const meterFloor = -60;

/** A level meter; `set` takes the level of the latest block. */
export function levelMeter() {
  const bar = h('div', { class: 'level-fill' });
  const text = h('span', { class: 'number small nowrap level-text' });
  const meter = h('div', {
    class: 'level', role: 'meter', 'aria-label': t('record.level'), 'aria-valuemin': meterFloor, 'aria-valuemax': 0,
    'aria-valuenow': meterFloor,
  }, bar);
  const element = h('div', { class: 'level-row' }, meter, text);
  element.set = ({ level, peak }) => {
    const share = Math.max(0, Math.min(1, 1 - level / meterFloor));
    bar.style.setProperty('inline-size', `${(100 * share).toFixed(1)}%`);
    const state = peak >= 0.9995 ? 'clipped' : level < -50 ? 'quiet' : 'good';
    bar.dataset.state = state;
    meter.setAttribute('aria-valuenow', Math.round(Math.max(meterFloor, level)));
    fill(text, state === 'good' ? t('unit.decibels', { value: number(level, 0) }) : t(`record.${state}`));
  };
  return element;
}

/** The control; `onClip` gets { blob, name, samples, sampleRate }. */
export function recordControl({ onClip, signal, testid, label }) {
  const state = { microphone: null, blocks: [], starting: false };
  const meter = levelMeter();
  const time = h('span', { class: 'number nowrap' });
  const status = h('div', { class: 'record-status', hidden: true }, time, meter);
  const errors = h('div', { class: 'stack' });
  const button = h('button', { type: 'button', class: 'button', testid });
  // What stands inside the button has no label of its own: there may be several on the page.
  const dress = (recording) => {
    fill(button, h('span', { class: 'dot', 'aria-hidden': 'true' }), t(recording ? 'record.stop' : 'record.start'));
    button.classList.toggle('is-recording', recording);
    if (label) setAttribute(button, 'aria-label', t(recording ? 'record.stopOf' : 'record.startOf', { name: label }));
    status.hidden = !recording;
  };
  const hear = (block) => {
    state.blocks.push(block);
    const gone = state.blocks.length * block.length / (state.microphone?.sampleRate ?? 48000);
    fill(time, position(gone));
    if (state.blocks.length % 2 === 0) meter.set(measure(block));
    if (gone > longestSeconds) finish();
  };
  const finish = async () => {
    const { microphone } = state;
    if (!microphone) return;
    state.microphone = null;
    await microphone.stop();
    dress(false);
    const samples = join(state.blocks);
    state.blocks = [];
    if (signal?.aborted || samples.length === 0) return;
    const { sampleRate } = microphone;
    onClip({ blob: toWav(samples, sampleRate), name: String(t('record.name')), samples, sampleRate });
  };
  const begin = async () => {
    if (state.starting) return;
    state.starting = true;
    fill(errors);
    try {
      state.microphone = await openMicrophone(hear, { onLost: finish });
      dress(true);
      if (signal?.aborted) await finish();
    } catch (error) {
      fill(errors, errorBox(error));
    } finally {
      state.starting = false;
    }
  };
  button.addEventListener('click', () => (state.microphone ? finish() : begin()));
  signal?.addEventListener('abort', finish);
  dress(false);
  return { button, status, errors };
}
