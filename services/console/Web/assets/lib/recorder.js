// The microphone: asks for it, hands its samples on block by block, and lets it go.
import { t } from './i18n.js';

/** The microphone could not be had; the code is a key of the error texts. */
export class MicrophoneError extends Error {
  constructor(code, message) {
    super(message);
    this.name = 'MicrophoneError';
    this.code = code;
  }
}

async function ask() {
  if (!navigator.mediaDevices?.getUserMedia || !globalThis.AudioWorkletNode) {
    // Browsers give it to pages of https and of the own machine only.
    throw new MicrophoneError('MICROPHONE_INSECURE', String(t('microphone.insecure')));
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      // What phones do to sound for people to hear changes the voice: none of it helps recognition.
      audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
  } catch (error) {
    const code = error.name === 'NotFoundError' ? 'MICROPHONE_MISSING' : 'MICROPHONE_DENIED';
    throw new MicrophoneError(code, error.message);
  }
}

/**
 * Opens the microphone. `onBlock` hears blocks of about `blockSeconds`; `onLost` that the device went away.
 * The result has the rate of the samples and `stop`, which resolves once the last block was heard.
 */
export async function openMicrophone(onBlock, { blockSeconds = 0.05, onLost = () => {} } = {}) {
  const stream = await ask();
  const release = () => stream.getTracks().forEach((track) => track.stop());
  let context;
  try {
    context = new AudioContext();
    await context.audioWorklet.addModule(new URL('./recorder-worklet.js', import.meta.url));
    await context.resume();
  } catch (error) {
    release();
    await context?.close();
    throw new MicrophoneError('MICROPHONE_FAILED', error.message);
  }
  const tap = new AudioWorkletNode(context, 'voiceprint-tap', {
    numberOfInputs: 1, numberOfOutputs: 0,
    processorOptions: { blockLength: Math.round(blockSeconds * context.sampleRate) },
  });
  let ended = () => {};
  const end = new Promise((resolve) => { ended = resolve; });
  tap.port.onmessage = ({ data }) => {
    if (data.samples.length > 0) onBlock(data.samples);
    if (data.last) ended();
  };
  stream.getAudioTracks()[0].addEventListener('ended', onLost);
  context.createMediaStreamSource(stream).connect(tap);
  const stop = async () => {
    tap.port.postMessage('stop');
    // A context that the system has suspended answers no more.
    await Promise.race([end, new Promise((resolve) => { setTimeout(resolve, 500); })]);
    release();
    await context.close();
  };
  return { sampleRate: context.sampleRate, stop };
}
