// Audio in the browser: decoding what was chosen, and a first judgement of its quality before anything is sent.

const shortSeconds = 2;
const clippedShare = 0.001;
const quietDecibels = -50;
const noisyDecibels = 12;

/** The samples of an audio file as one channel; null when the browser cannot read the format (the server may). */
export async function decode(blob) {
  const bytes = await blob.arrayBuffer();
  // All that is decoded comes at this rate, whatever the file's own.
  const context = new OfflineAudioContext(1, 1, 48000);
  try {
    const buffer = await context.decodeAudioData(bytes);
    return { samples: mixDown(buffer), sampleRate: buffer.sampleRate };
  } catch {
    return null;
  }
}

function mixDown(buffer) {
  if (buffer.numberOfChannels === 1) return buffer.getChannelData(0);
  const mono = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    const data = buffer.getChannelData(channel);
    for (let index = 0; index < mono.length; index += 1) mono[index] += data[index] / buffer.numberOfChannels;
  }
  return mono;
}

const decibels = (power) => 10 * Math.log10(Math.max(power, 1e-12));

/** What can be said about samples at once: length, level, and what makes them less reliable. */
export function judge(samples, sampleRate) {
  const duration = samples.length / sampleRate;
  let power = 0;
  let peak = 0;
  let clipped = 0;
  for (const sample of samples) {
    const size = Math.abs(sample);
    power += sample * sample;
    if (size > peak) peak = size;
    if (size >= 0.9995) clipped += 1;
  }
  const level = decibels(power / Math.max(1, samples.length));
  const range = dynamicRange(samples, Math.round(sampleRate / 40));
  const warnings = [];
  if (duration < shortSeconds) warnings.push('short');
  if (clipped > clippedShare * samples.length) warnings.push('clipped');
  if (level < quietDecibels) warnings.push('quiet');
  else if (range !== null && range < noisyDecibels) warnings.push('noisy');
  return { duration, level, peak, warnings };
}

// Speech has pauses: where the quiet tenth of the frames is nearly as loud as the loud tenth, something hums.
function dynamicRange(samples, frame) {
  const levels = [];
  for (let from = 0; from + frame <= samples.length; from += frame) {
    let power = 0;
    for (let index = from; index < from + frame; index += 1) power += samples[index] * samples[index];
    levels.push(decibels(power / frame));
  }
  if (levels.length < 40) return null; // under a second: too little to say
  levels.sort((a, b) => a - b);
  return levels[Math.floor(0.9 * levels.length)] - levels[Math.floor(0.1 * levels.length)];
}

/** Level of a block in dB relative to full scale, and its peak. */
export function measure(block) {
  let power = 0;
  let peak = 0;
  for (const sample of block) {
    power += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  return { level: decibels(power / Math.max(1, block.length)), peak };
}
