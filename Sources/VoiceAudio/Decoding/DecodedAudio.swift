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

  /// Whether a sample can be computed with.
  static func isUsable(_ sample: Float) -> Bool { abs(sample) <= largestSample }

  static var notFinite: AudioError {
    AudioError(.notFinite, "a sample is NaN, infinite or beyond ±\(largestSample): the file is damaged")
  }

  /// Measures the samples; throws why the audio cannot be used: `empty`, `badSampleRate`, `tooLong`, `notFinite`,
  /// `tooShort`, `silent`.
  @discardableResult
  func validate(_ limits: AudioLimits) throws(AudioError) -> ClipLevels {
    guard !samples.isEmpty else { throw AudioError(.empty, "the audio holds no samples") }
    try limits.check(sampleRate: sampleRate)
    guard duration <= limits.maxSeconds else { throw limits.tooLong }
    let levels = ClipLevels(samples)
    guard levels.areNumbers(within: Self.largestSample) else { throw Self.notFinite }
    guard duration >= limits.minSeconds else {
      throw AudioError(.tooShort, "\(duration) s long, at least \(limits.minSeconds) s are needed: record more")
    }
    guard !levels.isConstant else {
      throw AudioError(.silent, "nothing but silence, every sample is the same: check the microphone")
    }
    return levels
  }
}
