// Who spoke when: a lane a person, final stretches filled, what is still open hatched by a lighter colour.
import { fill, h, s } from './dom.js';
import { position } from './format.js';
import { t } from './i18n.js';

const axisHeight = 22;
const shownSeconds = 60;
const narrow = 520;

/** The timeline; `update` takes { stretches, open, now, running } and draws. */
export function timeline({ signal }) {
  const svg = s('svg', { class: 'timeline', role: 'img', 'aria-label': t('live.timeline'), testid: 'live-timeline' });
  const frame = h('div', { class: 'timeline-frame' }, svg);
  let state = { stretches: [], open: null, now: 0, running: false };
  let pending = 0;
  const later = () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => draw(svg, frame.clientWidth, state));
  };
  const sizes = new ResizeObserver(later);
  sizes.observe(frame);
  signal.addEventListener('abort', () => sizes.disconnect());
  frame.update = (next) => {
    state = { ...next };
    later();
  };
  return frame;
}

/** Lanes in the order in which people were heard first. */
export function lanesOf(parts) {
  const lanes = new Map();
  for (const part of parts) if (!lanes.has(part.key)) lanes.set(part.key, part.name);
  return [...lanes].map(([key, name]) => ({ key, name }));
}

function draw(svg, width, { stretches, open, now, running }) {
  const parts = open ? [...stretches, open] : stretches;
  const lanes = lanesOf(parts);
  // Beside its lane a name takes room that narrow screens do not have: there it stands above.
  const above = width < narrow;
  const laneHeight = above ? 46 : 30;
  const labels = above ? 6 : Math.min(200, 0.24 * width);
  const height = Math.max(1, lanes.length) * laneHeight + axisHeight;
  const end = Math.max(running ? now : Math.max(now, 1), shownSeconds / 4);
  const begin = running ? Math.max(0, end - shownSeconds) : 0;
  const x = (time) => labels + (width - labels - 10) * (Math.max(begin, time) - begin) / (end - begin);
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('width', width);
  svg.setAttribute('height', height);
  fill(svg, grid({ begin, end, x, height }), lanes.map((lane, index) => s('g', { class: 'lane' },
    s('text', { x: 4, y: index * laneHeight + (above ? 16 : 19), class: 'lane-name' },
      shorten(String(lane.name), above ? width : labels)),
    s('line', { x1: labels, x2: width - 10, y1: (index + 1) * laneHeight, y2: (index + 1) * laneHeight,
      class: 'grid' }),
    parts.filter((part) => part.key === lane.key && part.end > begin)
      .map((part) => bar(part, (index + 1) * laneHeight - 24, x)))),
  running ? s('line', { x1: x(now), x2: x(now), y1: 0, y2: height - axisHeight, class: 'now' }) : null);
}

function bar(part, top, x) {
  const kind = `${part.known ? 'is-known' : 'is-stranger'} ${part.open ? 'is-open' : ''}`;
  return s('rect', {
    x: x(part.start), y: top, width: Math.max(2, x(part.end) - x(part.start)), height: 18, rx: 3,
      class: `stretch ${kind}`,
  }, s('title', {}, `${part.name} ${position(part.start)}–${position(part.end)}`));
}

function grid({ begin, end, x, height }) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
  const step = steps.find((candidate) => (end - begin) / candidate <= 8) ?? 7200;
  const marks = [];
  for (let time = Math.ceil(begin / step) * step; time <= end; time += step) {
    marks.push(s('line', { x1: x(time), x2: x(time), y1: 0, y2: height - axisHeight, class: 'grid' }),
      s('text', { x: x(time), y: height - 6, class: 'tick', 'text-anchor': x(time) < 20 ? 'start' : 'middle' },
        `${Math.floor(time / 60)}:${String(time % 60).padStart(2, '0')}`));
  }
  return marks;
}

// About seven units a character; a wide script takes twice that.
function shorten(name, width) {
  let room = (width - 12) / 7.2;
  let kept = '';
  for (const character of name) {
    room -= character.codePointAt(0) > 0x2e80 ? 2 : 1;
    if (room < 1) return `${kept}…`;
    kept += character;
  }
  return kept;
}
