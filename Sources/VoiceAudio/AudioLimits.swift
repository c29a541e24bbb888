/// What is accepted as audio.
package struct AudioLimits: Sendable, Hashable {
  /// Most bytes of a file.
  package var maxBytes = 64 << 20
  /// Longest audio, s.
  package var maxSeconds = 600.0
  /// Most channels.
  package var maxChannels = 32
  /// Shortest audio, s (mvector's `min_duration`).
  package var minSeconds = 0.5
  /// Less speech than this, s, is warned of.
  package var recommendedSpeechSeconds = 2.0

  /// The standard limits.
  package init() {}
}

/// How bytes hold audio.
package enum AudioEncoding: Sendable, Hashable {
  /// A file whose header says everything: WAV, FLAC, OGG, MP3, AIFF, …
  case container
  /// Headerless signed 16-bit little-endian samples, interleaved; the rate in Hz.
  case pcmS16LE(sampleRate: Int, channels: Int)
  /// Headerless 32-bit little-endian floats in [-1, 1], interleaved; the rate in Hz.
  case pcmF32LE(sampleRate: Int, channels: Int)
}

/// Decoded audio: one channel of samples in [-1, 1], and what it was before.
package struct DecodedAudio: Sendable {
  /// The samples, `[frames]`, the mean of the channels.
  package var samples: [Float]
  /// Samples a second, Hz.
  package var sampleRate: Int
  /// Channels of the source.
  package var channels: Int

  /// Length in s.
  package var duration: Double { Double(samples.count) / Double(sampleRate) }
}
