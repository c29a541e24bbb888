// Draws a clip's spectrogram up to 8 kHz with a Fourier transform of its own.
import { colour } from './dom.js';
import { fit } from './waveform.js';

const highest = 8000;
const rangeDecibels = 70;

/** Transforms in place; both arrays have the same length, a power of two. */
export function transform(real, imaginary) {
  const size = real.length;
  reorder(real, imaginary);
  for (let span = 1; span < size; span *= 2) {
    for (let step = 0; step < span; step += 1) {
      const angle = -Math.PI * step / span;
      const cosine = Math.cos(angle);
      const sine = Math.sin(angle);
      for (let low = step; low < size; low += 2 * span) {
        const high = low + span;
        const re = real[high] * cosine - imaginary[high] * sine;
        const im = real[high] * sine + imaginary[high] * cosine;
        real[high] = real[low] - re;
        imaginary[high] = imaginary[low] - im;
        real[low] += re;
        imaginary[low] += im;
      }
    }
  }
}

function reorder(real, imaginary) {
  const size = real.length;
  for (let index = 1, mirror = 0; index < size; index += 1) {
    let bit = size >> 1;
    for (; mirror & bit; bit >>= 1) mirror ^= bit;
    mirror ^= bit;
    if (index < mirror) {
      [real[index], real[mirror]] = [real[mirror], real[index]];
      [imaginary[index], imaginary[mirror]] = [imaginary[mirror], imaginary[index]];
    }
  }
}

/** Powers in dB: `columns` spectra of the bins up to 8 kHz. */
export function spectra(samples, sampleRate, columns) {
  // About 32 ms: harmonics of a voice stand apart, syllables too.
  const size = 2 ** Math.round(Math.log2(0.032 * sampleRate));
  const bins = Math.min(size / 2, Math.ceil(highest * size / sampleRate));
  const window = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * i / (size - 1)));
  const real = new Float32Array(size);
  const imaginary = new Float32Array(size);
  const powers = new Float32Array(columns * bins);
  for (let column = 0; column < columns; column += 1) {
    const start = Math.round((column + 0.5) * samples.length / columns - size / 2);
    for (let index = 0; index < size; index += 1) real[index] = (samples[start + index] ?? 0) * window[index];
    imaginary.fill(0);
    transform(real, imaginary);
    for (let bin = 0; bin < bins; bin += 1) {
      const power = real[bin] * real[bin] + imaginary[bin] * imaginary[bin];
      powers[column * bins + bin] = 10 * Math.log10(power + 1e-10);
    }
  }
  return { powers, bins };
}

const channels = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number);

/** Draws all of it, from the surface's colour to the text's by way of the accent. */
export function drawSpectrogram(canvas, samples, sampleRate) {
  const { context, width, height } = fit(canvas);
  if (width < 2 || !samples?.length) return;
  const columns = Math.min(Math.floor(width), 1200);
  const { powers, bins } = spectra(samples, sampleRate, columns);
  const loudest = powers.reduce((most, power) => Math.max(most, power), -Infinity);
  const stops = ['--sunken', '--accent', '--text'].map((name) => channels(colour(canvas, name)));
  const image = new ImageData(columns, bins);
  for (let column = 0; column < columns; column += 1) {
    for (let bin = 0; bin < bins; bin += 1) {
      const share = Math.max(0, Math.min(1, 1 + (powers[column * bins + bin] - loudest) / rangeDecibels));
      const at = 4 * ((bins - 1 - bin) * columns + column);
      const [from, to, rest] = share < 0.6 ? [stops[0], stops[1], share / 0.6]
        : [stops[1], stops[2], share / 0.4 - 1.5];
      for (let part = 0; part < 3; part += 1) image.data[at + part] = from[part] + rest * (to[part] - from[part]);
      image.data[at + 3] = 255;
    }
  }
  const raw = new OffscreenCanvas(columns, bins);
  raw.getContext('2d').putImageData(image, 0, 0);
  context.imageSmoothingQuality = 'high';
  context.drawImage(raw, 0, 0, width, height);
}
