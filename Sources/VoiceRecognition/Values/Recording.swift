/// A recording as it was sent, which a collection may keep.
package struct Recording: Sendable, Hashable {
  /// How the bytes are to be read.
  package enum Encoding: String, Sendable, Hashable, CaseIterable {
    /// A whole audio file, whose header says everything.
    case file
    /// Signed 16-bit little-endian samples, interleaved by channel.
    case pcmS16LE = "pcm_s16le"
    /// 32-bit little-endian floats, interleaved by channel.
    case pcmF32LE = "pcm_f32le"
  }

  /// The bytes.
  package var content: [UInt8]
  /// How they are to be read.
  package var encoding: Encoding
  /// Sample rate in Hz; 0 where the header says it.
  package var sampleRate: Int
  /// Number of channels; 0 where the header says it, and for one.
  package var channels: Int

  /// A recording of its parts.
  package init(content: [UInt8], encoding: Encoding = .file, sampleRate: Int = 0, channels: Int = 0) {
    self.content = content
    self.encoding = encoding
    self.sampleRate = sampleRate
    self.channels = channels
  }
}

/// What a collection keeps of the recordings that people are enrolled with, besides their voiceprints.
package enum AudioRetention: String, Sendable, Hashable, CaseIterable {
  /// Nothing: another epoch needs everybody to be enrolled anew.
  case none
  /// The recordings as they came, encrypted under a key of the person that goes with the person.
  case encrypted
}
