// A file played aloud, its samples handed on at the pace of the playing: a microphone made of a recording.
const tickSeconds = 0.05;

/** Plays a clip; `onBlock` hears its samples, `onEnd` its end. The result has the rate and `stop`. */
export async function playClip(clip, onBlock, onEnd) {
  const context = new AudioContext();
  await context.resume();
  const buffer = context.createBuffer(1, clip.samples.length, clip.sampleRate);
  buffer.copyToChannel(clip.samples, 0);
  const player = context.createBufferSource();
  player.buffer = buffer;
  player.connect(context.destination);
  const begin = context.currentTime;
  player.start();
  let sent = 0;
  let stopped = false;
  const tick = () => {
    const heard = Math.min(clip.samples.length, Math.floor((context.currentTime - begin) * clip.sampleRate));
    if (heard > sent) onBlock(clip.samples.subarray(sent, heard));
    sent = Math.max(sent, heard);
    if (sent >= clip.samples.length) onEnd();
  };
  const timer = setInterval(tick, 1000 * tickSeconds);
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    clearInterval(timer);
    player.stop();
    await context.close();
  };
  return { sampleRate: clip.sampleRate, stop };
}
