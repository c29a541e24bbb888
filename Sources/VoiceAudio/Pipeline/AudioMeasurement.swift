/// What was measured on audio before features were computed.
package struct AudioMeasurement: Sendable, Hashable {
  /// Something that makes a decision less reliable.
  package enum Warning: String, Sendable, Hashable, CaseIterable {
    /// Less speech than recommended.
    case short
    /// More than 0.1 % of the samples at full scale.
    case clipped
    /// A level below -50 dBFS.
    case quiet
  }

  /// Length, s.
  package var durationSeconds: Double
  /// Speech that the energy detector finds, s.
  package var speechSeconds: Double
  /// Rate of the source, Hz.
  package var sampleRate: Int
  /// Channels of the source.
  package var channels: Int
  /// Level, dB relative to full scale.
  package var rmsDBFS: Double
  /// Largest absolute sample.
  package var peak: Double
  /// Share of samples at full scale (|x| ≥ 0.999).
  package var clippedFraction: Double
  /// What makes a decision less reliable.
  package var warnings: [Warning]

  /// Measures decoded audio.
  package init(_ audio: DecodedAudio, limits: AudioLimits) {
    self.init(audio, ClipLevels(audio.samples), limits: limits)
  }

  init(_ audio: DecodedAudio, _ levels: ClipLevels, limits: AudioLimits) {
    durationSeconds = audio.duration
    let speech = VoiceActivity.intervals(levels).reduce(0) { $0 + $1.count }
    speechSeconds = Double(speech) / Double(audio.sampleRate)
    sampleRate = audio.sampleRate
    channels = audio.channels
    rmsDBFS = Level.rmsDB(levels)
    peak = Double(levels.peak)
    clippedFraction = Double(levels.clipped) / Double(max(1, levels.count))
    warnings = []
    if speechSeconds < limits.recommendedSpeechSeconds { warnings.append(.short) }
    if clippedFraction > 0.001 { warnings.append(.clipped) }
    if rmsDBFS < -50 { warnings.append(.quiet) }
  }
}
