/// How bytes hold audio.
package enum AudioEncoding: Sendable, Hashable {
  /// A file whose header says everything: WAV, FLAC, OGG, MP3, AIFF, …
  case container
  /// Headerless signed 16-bit little-endian samples, interleaved; the rate in Hz.
  case pcmS16LE(sampleRate: Int, channels: Int)
  /// Headerless 32-bit little-endian floats in [-1, 1], interleaved; the rate in Hz.
  case pcmF32LE(sampleRate: Int, channels: Int)
}
