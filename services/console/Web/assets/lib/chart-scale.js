// The arithmetic of charts: scales, round ticks, and thinning lines to what a screen can show.

/** A scale from values to places; `back` goes the other way. */
export function scale(values, from, to, { log = false, loose = false } = {}) {
  let low = values.reduce((least, value) => Math.min(least, value), Infinity);
  let high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  if (low === high) {
    const room = Math.abs(low) * 0.1 || 0.5;
    low = log ? low * 0.9 : low - room;
    high = log ? high * 1.1 : high + room;
  } else if (loose && !log) {
    const room = 0.05 * (high - low);
    low = low >= 0 ? Math.max(0, low - room) : low - room;
    high += room;
  }
  const bend = log ? Math.log : (value) => value;
  const unbend = log ? Math.exp : (value) => value;
  const span = bend(high) - bend(low);
  return {
    low, high,
    at: (value) => from + (to - from) * (bend(value) - bend(low)) / span,
    back: (place) => unbend(bend(low) + span * (place - from) / (to - from)),
  };
}

/** About `count` round values between two. */
export function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const found = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + 1e-9 * step; index += 1) {
    found.push(Number((index * step).toPrecision(12)));
  }
  return found;
}

/** Round values between two for a logarithmic scale. */
export function logTicks(low, high, count) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const factor of [1, 2, 5]) found.push(Number((factor * 10 ** power).toPrecision(6)));
  }
  const inside = found.filter((value) => value >= low * 0.999 && value <= high * 1.001);
  if (inside.length < 2) return ticks(low, high, count);
  const tens = inside.filter((value) => Number.isInteger(Math.round(1e6 * Math.log10(value)) / 1e6));
  return inside.length > 2 * count && tens.length > 1 ? tens : inside;
}

/** At most two points a column, the lowest and the highest: a spike is never lost. */
export function thin(points, columns) {
  if (points.length <= 2 * columns) return points;
  const kept = [];
  for (let column = 0; column < columns; column += 1) {
    const from = Math.floor(column * points.length / columns);
    const to = Math.floor((column + 1) * points.length / columns);
    let least = from;
    let most = from;
    for (let index = from; index < to; index += 1) {
      if (points[index][1] < points[least][1]) least = index;
      if (points[index][1] > points[most][1]) most = index;
    }
    kept.push(points[Math.min(least, most)]);
    if (least !== most) kept.push(points[Math.max(least, most)]);
  }
  return kept;
}
