// A clip to hear and see: player, waveform, spectrogram, and what is to be said about its quality.
import { add, fill, h, setAttribute } from './dom.js';
import { number, seconds } from './format.js';
import { t } from './i18n.js';
import { decode, judge } from './audio.js';
import { drawSpectrogram } from './spectrogram.js';
import { onTheme } from './theme.js';
import { drawWaveform } from './waveform.js';

/** Reads a file or a recording into a clip: its bytes, and its samples where the browser can read them. */
export async function readClip(blob, name = blob.name ?? '') {
  const decoded = await decode(blob);
  return completed({ blob, name, samples: decoded?.samples ?? null, sampleRate: decoded?.sampleRate ?? 0 });
}

/** Adds the judgement of its quality to a clip. */
export function completed(clip) {
  return { ...clip, quality: clip.samples ? judge(clip.samples, clip.sampleRate) : null };
}

/** The notes on a clip's quality as it was judged here. */
export function qualityNotes({ quality }) {
  if (!quality) return h('p', { class: 'note note-warn' }, t('clip.unreadable'));
  const facts = t('clip.facts', { length: seconds(quality.duration), level: number(quality.level, 0) });
  return h('div', { class: 'stack-tight', testid: 'clip-quality' },
    h('p', { class: 'muted small number' }, facts, quality.warnings.length ? null : [' · ', t('quality.good')]),
    quality.warnings.map((name) => h('p', { class: 'note note-warn', testid: `quality-${name}` },
      t(`quality.${name}`))));
}

/** The whole view; it redraws itself with its size and with the colours. Without `judged` it only plays. */
export function clipView(clip, { signal, compact = false, judged = true } = {}) {
  const address = URL.createObjectURL(clip.blob);
  const player = h('audio', { controls: true, preload: 'metadata', src: address, testid: 'clip-audio' });
  setAttribute(player, 'aria-label', t('clip.player', { name: clip.name }));
  const element = h('div', { class: 'stack-tight clip' },
    judged && h('p', { class: 'clip-name', testid: 'clip-name' }, clip.name), player);
  const leave = new AbortController();
  element.release = () => {
    leave.abort();
    URL.revokeObjectURL(address);
  };
  signal?.addEventListener('abort', element.release);
  if (clip.samples) add(element, pictures(clip, player, compact, leave.signal));
  return judged ? add(element, qualityNotes(clip)) : element;
}

function pictures(clip, player, compact, signal) {
  const length = clip.samples.length / clip.sampleRate;
  const head = h('div', { class: 'playhead', hidden: true });
  const wave = h('canvas', { class: 'waveform', role: 'img', 'aria-label': t('clip.waveform', { name: clip.name }) });
  const lanes = [wave];
  if (!compact) {
    const label = t('clip.spectrogram', { name: clip.name });
    lanes.push(h('canvas', { class: 'spectrogram', role: 'img', 'aria-label': label }));
  }
  const frame = h('div', { class: 'lanes' }, lanes, head);
  const draw = () => {
    drawWaveform(wave, clip.samples);
    if (lanes[1]) drawSpectrogram(lanes[1], clip.samples, clip.sampleRate);
  };
  let pending = 0;
  const later = () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(draw);
  };
  const sizes = new ResizeObserver(later);
  sizes.observe(frame);
  onTheme(later, signal);
  signal.addEventListener('abort', () => sizes.disconnect());
  // A pointer's short cut only: the player's own slider does the same for the keyboard.
  frame.addEventListener('click', (event) => {
    const { left, width } = frame.getBoundingClientRect();
    player.currentTime = length * (event.clientX - left) / width;
  });
  const follow = () => {
    head.hidden = player.currentTime === 0;
    head.style.setProperty('inset-inline-start', `${(100 * player.currentTime / length).toFixed(2)}%`);
    if (!player.paused && !signal.aborted) requestAnimationFrame(follow);
  };
  for (const name of ['play', 'seeked', 'pause']) player.addEventListener(name, follow);
  const axis = h('div', { class: 'axis small muted number' }, h('span', {}, seconds(0, 0)), h('span', {},
    compact ? null : t('clip.band', { value: number(Math.min(8, clip.sampleRate / 2000), 0) })),
    h('span', {}, seconds(length)));
  return fill(h('div', { class: 'stack-tight' }), frame, axis);
}
