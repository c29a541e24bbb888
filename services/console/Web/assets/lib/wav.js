// Samples to bytes: 16-bit little-endian, bare or in a WAV file.

/** Floats in [-1, 1] as 16-bit little-endian samples. */
export function toPcm16(samples) {
  const view = new DataView(new ArrayBuffer(2 * samples.length));
  for (let index = 0; index < samples.length; index += 1) {
    const limited = Math.max(-1, Math.min(1, samples[index]));
    view.setInt16(2 * index, Math.round(limited < 0 ? limited * 32768 : limited * 32767), true);
  }
  return view.buffer;
}

/** One channel of samples as a WAV file. */
export function toWav(samples, sampleRate) {
  const header = new DataView(new ArrayBuffer(44));
  const bytes = 2 * samples.length;
  const text = (offset, value) => {
    for (let index = 0; index < value.length; index += 1) header.setUint8(offset + index, value.charCodeAt(index));
  };
  text(0, 'RIFF');
  header.setUint32(4, 36 + bytes, true);
  text(8, 'WAVEfmt ');
  header.setUint32(16, 16, true); // length of the format's part
  header.setUint16(20, 1, true); // plain samples
  header.setUint16(22, 1, true); // one channel
  header.setUint32(24, sampleRate, true);
  header.setUint32(28, 2 * sampleRate, true);
  header.setUint16(32, 2, true);
  header.setUint16(34, 16, true);
  text(36, 'data');
  header.setUint32(40, bytes, true);
  return new Blob([header, toPcm16(samples)], { type: 'audio/wav' });
}

/** Blocks of samples in one piece. */
export function join(blocks) {
  const whole = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let offset = 0;
  for (const block of blocks) {
    whole.set(block, offset);
    offset += block.length;
  }
  return whole;
}
