// Brings samples that come piece by piece to another rate, with a windowed sinc so that nothing folds back.
const lobes = 16;

/** How audio is cut changes nothing of the result: what a piece's last samples need is kept until the next one. */
export class Resampler {
  #step;
  #cutoff;
  #reach;
  #pending;
  #next; // where the next output sample lies, in input samples from the start of #pending

  constructor(from, to) {
    this.#step = from / to;
    // Going down, the band has to end below the new rate's half; a little less leaves room for the filter's slope.
    this.#cutoff = from > to ? 0.95 * to / from : 1;
    this.#reach = Math.ceil(lobes / this.#cutoff);
    this.#pending = new Float32Array(this.#reach);
    this.#next = this.#reach;
  }

  /** The samples that can be given now that this block is known. */
  push(block) {
    if (this.#step === 1) return block;
    const input = new Float32Array(this.#pending.length + block.length);
    input.set(this.#pending);
    input.set(block, this.#pending.length);
    const count = Math.max(0, Math.ceil((input.length - this.#reach - this.#next) / this.#step));
    const output = new Float32Array(count);
    for (let index = 0; index < count; index += 1) output[index] = this.#at(input, this.#next + index * this.#step);
    this.#next += count * this.#step;
    const drop = Math.max(0, Math.floor(this.#next) - this.#reach);
    this.#pending = input.slice(drop);
    this.#next -= drop;
    return output;
  }

  /** The last samples, as if silence followed. */
  finish() {
    return this.#step === 1 ? new Float32Array(0) : this.push(new Float32Array(this.#reach + 1));
  }

  #at(input, place) {
    const first = Math.max(0, Math.ceil(place - this.#reach));
    const last = Math.min(input.length - 1, Math.floor(place + this.#reach));
    let sum = 0;
    for (let index = first; index <= last; index += 1) {
      const offset = place - index;
      const angle = Math.PI * offset * this.#cutoff;
      const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
      const window = 0.5 + 0.5 * Math.cos(Math.PI * offset / (this.#reach + 1));
      sum += input[index] * sinc * window;
    }
    return sum * this.#cutoff;
  }
}

/** All of a clip at another rate. */
export function resample(samples, from, to) {
  if (from === to) return samples;
  const resampler = new Resampler(from, to);
  const head = resampler.push(samples);
  const tail = resampler.finish();
  const whole = new Float32Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole.subarray(0, Math.min(whole.length, Math.ceil(samples.length * to / from)));
}
