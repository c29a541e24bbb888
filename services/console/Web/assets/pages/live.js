// Live: a microphone or a played file goes to the server while it is heard, and who speaks comes back.
import { clipSource } from '../lib/clip-input.js';
import { collectionField, collections } from '../lib/collections.js';
import { fill, h } from '../lib/dom.js';
import { button, ignoringFieldErrors, numberField, segmented } from '../lib/fields.js';
import { playClip } from '../lib/file-source.js';
import { t } from '../lib/i18n.js';
import { measure } from '../lib/audio.js';
import { openSession } from '../lib/live-session.js';
import { pageHead } from '../lib/page.js';
import { levelMeter } from '../lib/record-control.js';
import { openMicrophone } from '../lib/recorder.js';
import { link } from '../lib/router.js';
import { empty, errorBox, load, perform } from '../lib/states.js';
import { liveView } from './live-view.js';

/** Shows the page. */
export async function show({ root, signal }) {
  const body = h('div', { class: 'page' });
  fill(root, pageHead('live'), body);
  await load(body, () => collections(signal), (list) => (list.length ? content(list, signal)
    : empty(t('recognise.noCollections'), h('a', { class: 'button', href: link('people') }, t('nav.people')))), signal);
}

function content(list, signal) {
  const state = { source: 'microphone', clip: null, input: null, session: null };
  const form = settings(list);
  const view = liveView(signal);
  const meter = levelMeter();
  const errors = h('div', { class: 'stack' });
  const clipName = h('p', { class: 'small' }, t('live.noFile'));
  const file = h('div', { class: 'stack', hidden: true }, clipSource({
    signal, testid: 'live', label: t('live.file'), recordable: false, onClip: (clip) => {
      state.clip = clip;
      fill(clipName, clip.samples ? t('live.chosen', { name: clip.name }) : t('clip.unreadable'));
    },
  }), clipName);
  const source = segmented(t('live.source'), [['microphone', t('live.microphone')], ['file', t('live.file')]], {
    value: 'microphone', testid: 'live-source',
    on: (value) => {
      state.source = value;
      file.hidden = value !== 'file';
    },
  });
  const start = button(t('live.start'), () => perform(start, errors, () => ignoringFieldErrors(async () => {
    await begin({ state, form, view, meter, errors, signal, changed });
  })), { main: true, testid: 'live-start' });
  const stop = button(t('live.stop'), () => perform(stop, errors, () => finish(state, changed)),
    { testid: 'live-stop' });
  const changed = () => {
    const running = state.input !== null;
    const focused = document.activeElement === start || document.activeElement === stop;
    start.hidden = running;
    stop.hidden = !running;
    meter.hidden = !running;
    if (focused) (running ? stop : start).focus();
    view.running(state.session !== null);
  };
  const leave = () => {
    state.input?.stop();
    state.session?.cancel();
    state.input = null;
    state.session = null;
  };
  signal.addEventListener('abort', leave);
  addEventListener('pagehide', leave, { signal });
  changed();
  return [
    h('div', { class: 'columns columns-two' },
      h('section', { class: 'card', 'aria-label': t('live.settings') }, source, file, form.element,
        h('details', {}, h('summary', {}, t('options')), h('div', { class: 'fields' }, form.more)),
        h('div', { class: 'row' }, start, stop, h('div', { class: 'grow' }, meter)), errors),
      view.now),
    view.history,
  ];
}

function settings(list) {
  const collection = collectionField(list, { testid: 'live-collection' });
  const threshold = numberField(t('contrast.threshold'), {
    min: -1, max: 1, step: 0.01, hint: t('contrast.thresholdHint'), testid: 'live-threshold',
  });
  const window = numberField(t('live.window'), { min: 1, max: 30, step: 0.5, value: 3, testid: 'live-window' });
  const hop = numberField(t('live.hop'), { min: 0.1, max: 30, step: 0.1, value: 0.5, testid: 'live-hop' });
  const read = () => ({
    collection: collection.control.value, threshold: threshold.read(), topK: 3,
    windowSeconds: window.read(), hopSeconds: hop.read(),
  });
  return { read, element: [collection], more: [threshold, window, hop] };
}

async function begin({ state, form, view, meter, errors, signal, changed }) {
  const values = form.read();
  if (state.source === 'file' && !state.clip?.samples) throw new Error(String(t('live.needFile')));
  // Samples may come before the stream is open: nothing of them is lost.
  const early = [];
  let session = null;
  const hear = (block) => {
    meter.set(measure(block));
    if (session) session.push(block);
    else early.push(block.slice());
  };
  const failed = (error) => {
    if (!signal.aborted) fill(errors, errorBox(error));
  };
  const end = () => finish(state, changed).catch(failed);
  const fromFile = state.source === 'file';
  state.input = await (fromFile ? playClip(state.clip, hear, end) : openMicrophone(hear, { onLost: end }));
  if (signal.aborted) return release(state);
  view.reset();
  try {
    session = await openSession(values, state.input.sampleRate, handlers({ state, view, failed, changed }), signal);
  } catch (error) {
    await release(state);
    changed();
    throw error;
  }
  if (signal.aborted) return session.cancel();
  state.session = session;
  early.forEach((block) => session.push(block));
  changed();
  // A short file may be over before the stream stood.
  return state.input ? undefined : session.finish();
}

function handlers({ state, view, failed, changed }) {
  const over = async () => {
    state.session = null;
    await release(state);
    changed();
  };
  return {
    window: view.window, stretch: view.stretch, lag: view.lag, status: view.status, failed,
    end: over,
    error: (error) => {
      failed(error);
      over();
    },
  };
}

async function release(state) {
  const { input } = state;
  state.input = null;
  await input?.stop();
}

// The microphone goes first, with its last block; then the stream is half-closed and answers what is left.
async function finish(state, changed) {
  const { input, session } = state;
  if (!input) return;
  await input.stop();
  state.input = null;
  changed();
  await session?.finish();
}
