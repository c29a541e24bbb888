/// Decoded audio: one channel of samples in [-1, 1], and what it was before.
package struct DecodedAudio: Sendable {
  /// Larger ones, far out of [-1, 1], could not be squared and summed in float32.
  private static let largestSample: Float = 1e9

  /// The samples, `[frames]`, the mean of the channels.
  package var samples: [Float]
  /// Samples a second, Hz.
  package var sampleRate: Int
  /// Channels of the source.
  package var channels: Int

  /// Audio from one channel of samples in [-1, 1] at a rate in Hz.
  package init(samples: [Float], sampleRate: Int, channels: Int = 1) {
    self.samples = samples
    self.sampleRate = sampleRate
    self.channels = channels
  }

  /// Length in s.
  package var duration: Double { Double(samples.count) / Double(sampleRate) }

  /// Throws why the audio cannot be used: `empty`, `badSampleRate`, `tooLong`, `notFinite`, `tooShort`, `silent`.
  func validate(_ limits: AudioLimits) throws(AudioError) {
    guard let first = samples.first else { throw AudioError(.empty, "the audio holds no samples") }
    try limits.check(sampleRate: sampleRate)
    guard duration <= limits.maxSeconds else { throw limits.tooLong }
    guard samples.allSatisfy({ abs($0) <= Self.largestSample }) else {
      throw AudioError(
        .notFinite, "a sample is NaN, infinite or beyond ±\(Self.largestSample): the file is damaged")
    }
    guard duration >= limits.minSeconds else {
      throw AudioError(.tooShort, "\(duration) s long, at least \(limits.minSeconds) s are needed: record more")
    }
    guard samples.contains(where: { $0 != first }) else {
      throw AudioError(.silent, "nothing but silence, every sample is the same: check the microphone")
    }
  }
}
