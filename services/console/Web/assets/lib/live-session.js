// One live stream: opens it, sends audio in order, hears the answers, and ends or cancels it.
import { path, post, postBytes, remove } from './api.js';
import { listen } from './events.js';
import { Resampler } from './resample.js';
import { join, toPcm16 } from './wav.js';

/** What the stream is sent at. */
export const liveRate = 16000;
const chunkSamples = liveRate / 4;
const mostSamples = 500000; // stays below the 1 MiB that a request may have
const patience = 20;

/** Opens a stream; `on` has window, stretch, end, error, status and lag (seconds of audio that wait to be sent). */
export async function openSession(settings, sourceRate, on, signal) {
  const { stream } = await post(path('streams'), { ...settings, sampleRateHz: liveRate }, { signal });
  return new Session(path('streams', stream), sourceRate, on);
}

class Session {
  #address;
  #resampler;
  #waiting = [];
  #waitingSamples = 0;
  #sending = false;
  #over = false;
  #finishing = false;
  #close;
  #on;

  constructor(address, sourceRate, on) {
    this.#address = address;
    this.#on = on;
    this.#resampler = new Resampler(sourceRate, liveRate);
    const over = (handler) => (data) => {
      this.#over = true;
      handler(data);
    };
    const handlers = { window: on.window, stretch: on.stretch, end: over(on.end), error: over(on.error) };
    this.#close = listen(`${address}/events`, handlers, { status: (name) => this.#status(name), failed: on.failed });
  }

  #status(name) {
    if (name === 'closed' && !this.#over) this.#fail({ code: 'UNAVAILABLE', message: '' });
    this.#on.status(name);
  }

  #fail(error) {
    if (this.#over) return;
    this.#over = true;
    this.#close();
    this.#on.error(error);
  }

  /** Takes samples of the source's rate. */
  push(block) {
    if (this.#over || this.#finishing) return;
    this.#keep(this.#resampler.push(block));
    if (this.#waitingSamples >= chunkSamples) this.#drain();
  }

  #keep(samples) {
    if (samples.length === 0) return;
    this.#waiting.push(samples);
    this.#waitingSamples += samples.length;
  }

  // One request at a time: requests that overtake each other would mix the audio up.
  async #drain() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (!this.#over && this.#waitingSamples >= (this.#finishing ? 1 : chunkSamples)) await this.#sendNext();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#sending = false;
    }
  }

  async #sendNext() {
    const whole = join(this.#waiting);
    const samples = whole.subarray(0, mostSamples);
    const rest = whole.subarray(samples.length);
    this.#waiting = rest.length ? [rest] : [];
    this.#waitingSamples = rest.length;
    const bytes = toPcm16(samples);
    for (let attempt = 1; !this.#over; attempt += 1) {
      try {
        await postBytes(`${this.#address}/audio`, bytes);
        break;
      } catch (error) {
        // Too far ahead of what can be computed: the same piece again, a little later.
        if (error.status !== 429 || attempt === patience) throw error;
        await new Promise((resolve) => { setTimeout(resolve, 1000 * (error.retryAfter || 0.5)); });
      }
    }
    this.#on.lag(this.#waitingSamples / liveRate);
  }

  /** Sends what waits and half-closes: the last answers still come. */
  async finish() {
    if (this.#over || this.#finishing) return;
    this.#keep(this.#resampler.finish());
    this.#finishing = true;
    while (this.#sending) await new Promise((resolve) => { setTimeout(resolve, 20); });
    await this.#drain();
    if (this.#over) return;
    try {
      await post(`${this.#address}/end`);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends it at once; nothing more is heard. */
  async cancel() {
    const running = !this.#over;
    this.#over = true;
    this.#close();
    // Kept alive beyond the page, which may be closing. One that is gone already needs no more.
    if (running) await remove(this.#address, { keepalive: true }).catch(() => {});
  }
}
