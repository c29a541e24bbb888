// Numbers, times and sizes as the reader's language writes them.
import { Text, locale, t } from './i18n.js';

const missing = '–';
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** A number with a fixed count of digits behind the point. */
export function number(value, digits = 0) {
  if (!isNumber(value)) return missing;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Text(() => value.toLocaleString(locale(), options));
}

/** A number with a count of significant digits, for values of unknown size. */
export function significant(value, digits = 3) {
  if (!isNumber(value)) return missing;
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(digits - 1);
  return new Text(() => value.toLocaleString(locale(), { maximumSignificantDigits: digits }));
}

/** A share from 0 to 1 in percent. */
export function percent(value, digits = 2) {
  if (!isNumber(value)) return missing;
  const options = { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Text(() => value.toLocaleString(locale(), options));
}

/** A cosine score. */
export function score(value) {
  return number(value, 3);
}

/** A point in time. */
export function dateTime(value) {
  const date = value ? new Date(value) : null;
  if (!date || Number.isNaN(date.getTime())) return missing;
  return new Text(() => date.toLocaleString(locale(), { dateStyle: 'medium', timeStyle: 'short' }));
}

/** A time of the day, to the second. */
export function clock(value) {
  const date = value ? new Date(value) : null;
  if (!date || Number.isNaN(date.getTime())) return missing;
  return new Text(() => date.toLocaleTimeString(locale(), { hour12: false }));
}

/** A length of audio. */
export function seconds(value, digits = 1) {
  return isNumber(value) ? t('unit.seconds', { value: number(value, digits) }) : missing;
}

/** A position in audio as minutes and seconds. */
export function position(value) {
  const whole = Math.max(0, value);
  const minutes = Math.floor(whole / 60);
  return `${minutes}:${(whole - 60 * minutes).toFixed(1).padStart(4, '0')}`;
}

/** A long duration in its two largest units. */
export function duration(value) {
  if (!isNumber(value)) return missing;
  const whole = Math.max(0, Math.round(value));
  const days = Math.floor(whole / 86400);
  const hours = Math.floor(whole / 3600) % 24;
  const minutes = Math.floor(whole / 60) % 60;
  if (days) return t('unit.daysHours', { days, hours });
  if (hours) return t('unit.hoursMinutes', { hours, minutes });
  if (minutes) return t('unit.minutesSeconds', { minutes, seconds: whole % 60 });
  return t('unit.wholeSeconds', { seconds: whole });
}

/** A size in bytes with the prefix that fits. */
export function bytes(value) {
  if (!isNumber(value)) return missing;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return new Text(() => `${scaled.toLocaleString(locale(), { maximumFractionDigits: unit ? 1 : 0 })} ${units[unit]}`);
}
