// Line charts in SVG: axes, a legend, and a read-out that follows the pointer and the arrow keys.
import { fill, h, s, uniqueId } from './dom.js';
import { onLanguage, t } from './i18n.js';
import { logTicks, scale, thin, ticks } from './chart-scale.js';

const margin = { left: 58, right: 14, top: 10, bottom: 26 };
const height = 230;

/**
 * A chart. `format` writes a value, `formatX` a place; `log` draws the logarithm, `whole` marks whole places only.
 * `update` takes [{ name, points: [[x, y], …] }], sorted by x, and draws at the next frame.
 */
export function lineChart({ title, xLabel, format, formatX, log = false, whole = false, signal, testid }) {
  const id = uniqueId('chart');
  const svg = s('svg', { class: 'chart', role: 'img', 'aria-labelledby': id, tabindex: '0', height });
  const legend = h('div', { class: 'legend small', 'aria-hidden': 'true' });
  const readOut = h('p', { class: 'read-out small number', 'aria-live': 'polite', testid: `${testid}-value` });
  const frame = h('div', { class: 'chart-frame' }, svg);
  const element = h('figure', { class: 'card figure', testid },
    h('figcaption', { class: 'figure-head' }, h('h2', { id }, title), readOut), legend, frame);
  const chart = { svg, readOut, format, formatX, xLabel, log, whole, series: [], view: null, cursor: null };
  let pending = 0;
  const later = () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => draw(chart, frame.clientWidth));
  };
  const sizes = new ResizeObserver(later);
  sizes.observe(frame);
  const forget = onLanguage(later);
  signal.addEventListener('abort', () => {
    sizes.disconnect();
    forget();
  });
  follow(chart, frame);
  element.update = (series) => {
    if (series.length !== chart.series.length || series.some((one, i) => one.name !== chart.series[i].name)) {
      fill(legend, series.length > 1 ? series.map((one, index) => entry(one, index)) : null);
    }
    chart.series = series;
    later();
  };
  return element;
}

// The lines differ in their dashes too, not in their colour alone.
function entry(one, index) {
  const line = s('line', { x1: 0, x2: 26, y1: 5, y2: 5, class: `line line-${index % 4}` });
  return h('span', { class: 'legend-entry' }, s('svg', { width: 26, height: 10 }, line), one.name);
}

function draw(chart, width) {
  const { svg, series, log } = chart;
  const usable = series.map((one) => one.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)
    && (!log || y > 0)));
  const all = usable.flat();
  svg.setAttribute('width', width);
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  // What a test, or who looks into the page, can count.
  svg.dataset.points = usable.map((points) => points.length).join(' ');
  if (all.length === 0 || width < 120) {
    chart.view = null;
    fill(svg, s('text', { x: width / 2, y: height / 2, class: 'tick', 'text-anchor': 'middle' }, t('chart.empty')));
    showCursor(chart);
    return;
  }
  const x = scale(all.map((point) => point[0]), margin.left, width - margin.right, { loose: false });
  const y = scale(all.map((point) => point[1]), height - margin.bottom, margin.top, { log, loose: true });
  chart.view = { x, y, width, usable };
  fill(svg, axes(chart), usable.map((points, index) => line(points, index, chart.view)), s('g', { class: 'cursor' }));
  showCursor(chart);
}

function axes({ view: { x, y, width }, format, formatX, xLabel, log, whole }) {
  const bottom = height - margin.bottom;
  const marks = (log ? logTicks : ticks)(y.low, y.high, 5).map((value) => s('g', {},
    s('line', { x1: margin.left, x2: width - margin.right, y1: y.at(value), y2: y.at(value), class: 'grid' }),
    s('text', { x: margin.left - 8, y: y.at(value) + 4, class: 'tick', 'text-anchor': 'end' }, String(format(value)))));
  const count = Math.max(2, Math.floor(width / 110));
  const places = ticks(x.low, x.high, count).filter((value) => !whole || Number.isInteger(value));
  const name = s('text', { x: margin.left - 8, y: bottom + 18, class: 'tick', 'text-anchor': 'end' }, xLabel);
  return [marks, places.map((value) => s('text', {
    x: x.at(value), y: bottom + 18, class: 'tick',
    'text-anchor': x.at(value) > width - 40 ? 'end' : 'middle',
  }, String(formatX(value)))), name];
}

function line(points, index, { x, y, width }) {
  const kept = thin(points, Math.floor(width));
  const path = kept.map(([px, py], at) => `${at ? 'L' : 'M'}${x.at(px).toFixed(1)} ${y.at(py).toFixed(1)}`).join('');
  const dots = points.length <= 40 ? points.map(([px, py]) => s('circle', {
    cx: x.at(px), cy: y.at(py), r: 2.5, class: `point point-${index % 4}`,
  })) : [];
  return s('g', {}, s('path', { d: path, class: `line line-${index % 4}` }), dots);
}

function follow(chart, frame) {
  const { svg } = chart;
  const clear = () => {
    chart.cursor = null;
    showCursor(chart);
  };
  frame.addEventListener('pointermove', (event) => {
    if (!chart.view) return;
    chart.cursor = chart.view.x.back(event.clientX - svg.getBoundingClientRect().left);
    showCursor(chart);
  });
  frame.addEventListener('pointerleave', clear);
  svg.addEventListener('blur', clear);
  svg.addEventListener('keydown', (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (!(event.key in steps) || !chart.view) return;
    event.preventDefault();
    chart.cursor = step(chart, steps[event.key]);
    showCursor(chart);
  });
}

// The next place at which any line has a point.
function step({ view, cursor }, by) {
  const places = [...new Set(view.usable.flat().map(([x]) => x))].sort((a, b) => a - b);
  const here = cursor === null ? (by > 0 ? -1 : places.length) : places.indexOf(nearest(places, cursor));
  return places[Math.max(0, Math.min(places.length - 1, here + by))];
}

function nearest(places, value) {
  return places.reduce((best, place) => (Math.abs(place - value) < Math.abs(best - value) ? place : best), places[0]);
}

// Without a cursor the read-out says the latest values.
function showCursor({ svg, view, cursor, series, readOut, format, formatX, xLabel }) {
  const group = svg.querySelector('.cursor');
  if (!view || !group) {
    fill(readOut);
    return;
  }
  const hits = view.usable.map((points, index) => {
    if (points.length === 0) return null;
    const places = points.map(([x]) => x);
    return { index, point: cursor === null ? points.at(-1) : points[places.indexOf(nearest(places, cursor))] };
  }).filter(Boolean);
  const said = hits.map(({ index, point }, at) => [at ? ' · ' : '',
    hits.length > 1 ? `${series[index].name} ` : '', h('strong', {}, String(format(point[1])))]);
  if (cursor === null) {
    fill(group);
    // Live values would be read out without end.
    readOut.setAttribute('aria-live', 'off');
    fill(readOut, said);
    return;
  }
  const place = nearest(hits.map(({ point }) => point[0]), cursor);
  const left = view.x.at(place);
  fill(group, s('line', { x1: left, x2: left, y1: margin.top, y2: height - margin.bottom, class: 'cursor-line' }),
    hits.map(({ index, point }) => s('circle', {
      cx: view.x.at(point[0]), cy: view.y.at(point[1]), r: 4, class: `point point-${index % 4}`,
    })));
  readOut.setAttribute('aria-live', 'polite');
  fill(readOut, xLabel, ` ${formatX(place)}: `, said);
}
