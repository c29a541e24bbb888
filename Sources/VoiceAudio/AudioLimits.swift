/// What is accepted as audio.
package struct AudioLimits: Sendable, Hashable {
  /// Most bytes of a file.
  package var maxBytes = 64 << 20
  /// Longest audio, s.
  package var maxSeconds = 600.0
  /// Most channels.
  package var maxChannels = 32
  /// Sample rates, Hz.
  package var sampleRates = 1000...192_000
  /// Most values of the features: what a front-end with a short shift makes of long audio is bounded.
  package var maxFeatureValues = 16 << 20
  /// Shortest audio, s (mvector's `min_duration`).
  package var minSeconds = 0.5
  /// Less speech than this, s, is warned of.
  package var recommendedSpeechSeconds = 2.0

  /// The standard limits.
  package init() {}

  func check(sampleRate: Int) throws(AudioError) {
    guard sampleRates.contains(sampleRate) else {
      throw AudioError(
        .badSampleRate,
        "a sample rate of \(sampleRate) Hz: \(sampleRates.lowerBound) to \(sampleRates.upperBound) are taken")
    }
  }

  var tooLong: AudioError {
    AudioError(.tooLong, "longer than \(maxSeconds) s, the most that is taken: send a part of it")
  }
}
