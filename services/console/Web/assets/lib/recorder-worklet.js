// Runs in the audio thread: gathers the microphone's frames into blocks and posts them, as one channel.
class Tap extends AudioWorkletProcessor {
  constructor(options) {
    super();
    this.block = new Float32Array(options.processorOptions.blockLength);
    this.filled = 0;
    this.running = true;
    this.port.onmessage = () => {
      // The last block goes out short, so that no word loses its end.
      this.port.postMessage({ samples: this.block.slice(0, this.filled), last: true });
      this.running = false;
    };
  }

  process(inputs) {
    const channels = inputs[0];
    if (!this.running) return false;
    if (channels.length === 0) return true;
    for (let index = 0; index < channels[0].length; index += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[index];
      this.block[this.filled] = sum / channels.length;
      this.filled += 1;
      if (this.filled === this.block.length) {
        this.port.postMessage({ samples: this.block.slice(), last: false });
        this.filled = 0;
      }
    }
    return true;
  }
}

registerProcessor('voiceprint-tap', Tap);
