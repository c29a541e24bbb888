// What the server measured on a piece of audio, and its warnings in words.
import { h } from './dom.js';
import { number, percent, seconds } from './format.js';
import { has, t } from './i18n.js';

/** The warnings of a report as sentences; nothing when there are none. */
export function reportWarnings(report) {
  return (report?.warnings ?? []).map((name) => {
    const key = `quality.${name}`;
    return h('p', { class: 'note note-warn', testid: `report-${name}` }, has(key) ? t(key) : name);
  });
}

/** The measures in one line. */
export function reportLine(report) {
  if (!report) return null;
  const clipped = report.clippedFraction ? [' · ', t('report.clipped', { share: percent(report.clippedFraction, 2) })]
    : [];
  return h('p', { class: 'small muted number' }, t('report.line', {
    length: seconds(report.durationSeconds ?? 0), speech: seconds(report.speechSeconds ?? 0),
    rate: number((report.sampleRateHz ?? 0) / 1000, 1), level: number(report.rmsDbfs, 0),
  }), clipped);
}

/** A report with a heading. */
export function reportBlock(title, report) {
  if (!report) return null;
  const warnings = reportWarnings(report);
  return h('div', { class: 'stack-tight', testid: 'audio-report' }, h('h3', {}, title), reportLine(report),
    warnings.length ? warnings : h('p', { class: 'small' }, t('report.fine')));
}
