// Scores to look at: the scale from -1 to 1 with the threshold, and the bars of candidates.
import { h } from './dom.js';
import { score as scoreText } from './format.js';
import { t } from './i18n.js';
import { table } from './page.js';

const place = (value) => `${(50 * (Math.max(-1, Math.min(1, value)) + 1)).toFixed(2)}%`;
const at = (value) => ({ 'inset-inline-start': place(value) });

/** The decision of an answer: 'accepted', 'rejected' or 'unspecified'. */
export function decisionOf(answer) {
  return String(answer?.decision ?? 'unspecified').toLowerCase();
}

/** The scale; what is to be seen on it is also said in its label. */
export function scoreScale({ score = 0, threshold = 0, decision }) {
  // Where the threshold is named there is no room for a number.
  const free = [-1, 0, 1].filter((value) => Math.abs(value - threshold) > 0.3);
  const ticks = free.map((value) => h('span', { class: 'scale-tick', style: at(value) },
    String(value).replace('-', '−')));
  const label = t('score.label', { score: scoreText(score), threshold: scoreText(threshold) });
  // Labels near an end would stick out: they then hang on their other side.
  const side = (value) => (value > 0.6 ? 'scale-left' : value < -0.6 ? 'scale-right' : '');
  return h('div', { class: 'scale', role: 'img', 'aria-label': label, testid: 'score-scale' },
    h('div', { class: `scale-value ${side(score)}`, style: at(score) }, scoreText(score)),
    h('div', { class: 'scale-track' },
      h('div', { class: 'scale-zone', style: at(threshold) }),
      h('div', { class: `scale-mark is-${decision}`, style: at(score) }),
      h('div', { class: 'scale-threshold', style: at(threshold) })),
    h('div', { class: 'scale-ticks' }, ticks,
      h('span', { class: `scale-limit ${side(threshold)}`, style: at(threshold) },
      t('score.threshold', { value: scoreText(threshold) }))));
}

// Bars begin at 0, where voices have nothing in common: below it there is nothing more to compare.
const share = (value) => `${(100 * Math.max(0, Math.min(1, value))).toFixed(2)}%`;

/** One bar of a candidate, from 0 to 1, with the threshold across. */
export function scoreBar({ score = 0, threshold = 0, hit = false }) {
  return h('div', { class: 'bar-track', 'aria-hidden': 'true' },
    h('div', { class: hit ? 'bar-fill is-hit' : 'bar-fill', style: { 'inline-size': share(score) } }),
    h('div', { class: 'bar-threshold', style: { 'inset-inline-start': share(threshold) } }));
}

/** The name of a person for people: the display name with the identifier, or the identifier alone. */
export function personName({ displayName, speakerId }) {
  return displayName ? h('span', {}, h('strong', {}, displayName), ' ', h('span', { class: 'muted mono' }, speakerId))
    : h('strong', { class: 'mono' }, speakerId);
}

/** A table of candidates, best first. */
export function candidateTable({ candidates = [], threshold = 0 }, testid) {
  const rows = candidates.map((one, index) => h('tr', { testid: `${testid}-row` },
    h('td', { class: 'right' }, index + 1), h('th', { scope: 'row' }, personName(one)),
    h('td', { class: 'right' }, scoreText(one.score ?? 0)),
    h('td', { class: 'bar-cell wide' }, scoreBar({ score: one.score ?? 0, threshold,
      hit: (one.score ?? 0) >= threshold }),
      h('span', { class: 'small muted' }, t((one.score ?? 0) >= threshold ? 'score.above' : 'score.below')))));
  return table({
    caption: t('recognise.candidates'), testid, rows,
    heads: [[t('score.rank'), 'right'], t('person.one'), [t('score.one'), 'right'], t('score.toThreshold')],
  });
}
