// Draws a clip's waveform: the lowest and highest sample of every column, and where it is being played.
import { colour } from './dom.js';

/** Fits a canvas to its place at the screen's own resolution; gives the context and the size in CSS pixels. */
export function fit(canvas) {
  const { width, height } = canvas.getBoundingClientRect();
  const ratio = globalThis.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  return { context, width, height };
}

/** The extremes of `samples` in `columns` columns. */
export function extremes(samples, columns) {
  const low = new Float32Array(columns);
  const high = new Float32Array(columns);
  for (let column = 0; column < columns; column += 1) {
    const from = Math.floor(column * samples.length / columns);
    const to = Math.max(from + 1, Math.floor((column + 1) * samples.length / columns));
    let least = 1;
    let most = -1;
    for (let index = from; index < to && index < samples.length; index += 1) {
      least = Math.min(least, samples[index]);
      most = Math.max(most, samples[index]);
    }
    low[column] = least;
    high[column] = most;
  }
  return { low, high };
}

/** Draws all of it. */
export function drawWaveform(canvas, samples) {
  const { context, width, height } = fit(canvas);
  if (width < 2) return;
  const middle = height / 2;
  context.clearRect(0, 0, width, height);
  context.fillStyle = colour(canvas, '--line');
  context.fillRect(0, middle - 0.5, width, 1);
  if (!samples?.length) return;
  const columns = Math.floor(width);
  const { low, high } = extremes(samples, columns);
  context.fillStyle = colour(canvas, '--accent');
  for (let column = 0; column < columns; column += 1) {
    const top = middle - high[column] * (middle - 1);
    const bottom = middle - low[column] * (middle - 1);
    context.fillRect(column, top, 1, Math.max(1, bottom - top));
  }
}
