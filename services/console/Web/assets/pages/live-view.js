// What a live stream has said so far: who speaks now, the timeline, and the final answers in a table.
import { fill, h } from '../lib/dom.js';
import { position, score as scoreText, seconds } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { table } from '../lib/page.js';
import { decisionOf, scoreScale } from '../lib/score.js';
import { empty } from '../lib/states.js';
import { timeline } from '../lib/timeline.js';

const strangerKey = '\u0000stranger'; // no identifier has control characters

/** The view; its functions take the stream's events. */
export function liveView(signal) {
  const now = h('p', { class: 'speaker', testid: 'live-speaker' });
  const said = h('div', { 'aria-live': 'polite', 'aria-atomic': 'true' }, now);
  const scale = h('div', { class: 'stack' });
  const status = h('p', { class: 'muted small', role: 'status', testid: 'live-status' });
  const chart = timeline({ signal });
  const answers = h('div', { class: 'stack', testid: 'live-answers' });
  const state = { stretches: [], open: null, time: 0, running: false, spoken: null, lag: 0, link: '' };
  const draw = () => chart.update({
    stretches: state.stretches, open: state.open, now: state.time, running: state.running,
  });
  const say = (key, text) => {
    // Only a change is announced, not every window of the same voice.
    if (state.spoken === key) return;
    state.spoken = key;
    fill(now, text);
  };
  const tellStatus = () => {
    const key = !state.running ? (state.time > 0 ? 'live.ended' : 'live.idle')
      : state.link === 'waiting' ? 'live.waiting' : state.lag > 2 ? 'live.behind' : 'live.running';
    fill(status, t(key, { seconds: seconds(state.lag) }));
  };
  const listAnswers = () => fill(answers, state.stretches.length ? stretchTable(state.stretches)
    : empty(t('live.noAnswers')));
  const view = {
    now: h('section', { class: 'card', 'aria-label': t('live.now') },
      h('div', { class: 'row spread' }, h('h2', {}, t('live.now')), status), said, scale),
    history: h('section', { class: 'card', 'aria-label': t('live.timeline') },
      h('h2', {}, t('live.timeline')), chart, answers),
    reset: () => {
      Object.assign(state, { stretches: [], open: null, time: 0, spoken: null, lag: 0, link: '' });
      fill(scale);
      say('', t('live.listening'));
      listAnswers();
      draw();
    },
    running: (running) => {
      state.running = running;
      if (!running) {
        state.open = null;
        say('', state.time > 0 ? t('live.stopped') : t('live.nobody'));
        fill(scale);
      }
      tellStatus();
      draw();
    },
    status: (link) => {
      state.link = link;
      tellStatus();
    },
    lag: (lag) => {
      state.lag = lag;
      tellStatus();
    },
    window: (event) => {
      hearWindow(state, event, say, scale);
      draw();
    },
    stretch: (event) => {
      hearStretch(state, event);
      listAnswers();
      draw();
    },
  };
  say('', t('live.nobody'));
  listAnswers();
  return view;
}

/** Who an answer names: a key that tells people apart, and a name to read. */
function whoIs(event) {
  const decision = decisionOf(event);
  if (decision === 'unspecified') return null;
  if (decision !== 'accepted') return { key: strangerKey, name: t('recognise.stranger'), known: false };
  const match = (event.candidates ?? []).find((one) => one.speakerId === event.speakerId);
  return { key: event.speakerId, name: match?.displayName || event.speakerId, known: true };
}

function hearWindow(state, event, say, scale) {
  const end = event.endSeconds ?? 0;
  state.time = Math.max(state.time, end);
  const who = event.speaking ? whoIs(event) : null;
  if (!who) {
    say(event.speaking ? 'unsure' : 'silence', t(event.speaking ? 'live.unsure' : 'live.silence'));
    if (!event.speaking) {
      state.open = null;
      fill(scale);
    }
    return;
  }
  say(who.key, h('span', {}, h('strong', { class: who.known ? 'is-known' : '' }, who.name)));
  fill(scale, scoreScale({ ...event, decision: decisionOf(event) }));
  // What a final answer covers already stays as that answer said it.
  const covered = state.stretches.at(-1)?.end ?? 0;
  const start = Math.max(covered, event.sinceSeconds ?? event.startSeconds ?? 0);
  state.open = end > start ? { ...who, start, end, open: true } : null;
}

function hearStretch(state, event) {
  const who = whoIs(event) ?? { key: '\u0000unsure', name: t('live.tooShort'), known: false };
  const end = event.endSeconds ?? 0;
  state.time = Math.max(state.time, end);
  state.stretches.push({
    ...who, start: event.startSeconds ?? 0, end, score: event.score, threshold: event.threshold,
    speech: event.speechSeconds ?? 0, decision: decisionOf(event),
  });
  if (state.open && state.open.end <= end + 0.01) state.open = null;
  else if (state.open) state.open.start = Math.max(state.open.start, end);
}

function stretchTable(stretches) {
  const rows = stretches.slice(-200).reverse().map((one) => h('tr', { testid: 'live-stretch' },
    h('td', { class: 'nowrap number' }, `${position(one.start)}–${position(one.end)}`),
    h('th', { scope: 'row' }, one.name),
    h('td', { class: 'right' }, one.decision === 'unspecified' ? '–' : scoreText(one.score ?? 0)),
    h('td', { class: 'right' }, seconds(one.speech))));
  return table({
    caption: t('live.answers'), rows, testid: 'live-table',
    heads: [t('live.time'), t('person.one'), [t('score.one'), 'right'], [t('live.speech'), 'right']],
  });
}
