/// What was measured on a piece of audio before features were computed.
package struct AudioReport: Sendable, Hashable, Codable {
  /// Something about the audio that makes a decision less reliable.
  package enum Warning: String, Sendable, Hashable, Codable, CaseIterable {
    /// Less speech than recommended.
    case short
    /// Many samples at full scale.
    case clipped
    /// A very low level.
    case quiet
  }

  /// Length in s after decoding.
  package var durationSeconds: Double
  /// Speech in s, as the energy detector finds it.
  package var speechSeconds: Double
  /// Sample rate of the source in Hz.
  package var sampleRate: Int
  /// Channels of the source.
  package var channels: Int
  /// Root mean square level before normalisation, in dB relative to full scale.
  package var rmsDBFS: Double
  /// Largest absolute sample; 1 is full scale.
  package var peak: Double
  /// Share of samples at full scale, 0 to 1.
  package var clippedFraction: Double
  /// What makes a decision less reliable.
  package var warnings: [Warning]

  /// A report of its parts.
  package init(
    durationSeconds: Double = 0, speechSeconds: Double = 0, sampleRate: Int = 0, channels: Int = 0,
    rmsDBFS: Double = 0, peak: Double = 0, clippedFraction: Double = 0, warnings: [Warning] = []
  ) {
    self.durationSeconds = durationSeconds
    self.speechSeconds = speechSeconds
    self.sampleRate = sampleRate
    self.channels = channels
    self.rmsDBFS = rmsDBFS
    self.peak = peak
    self.clippedFraction = clippedFraction
    self.warnings = warnings
  }
}
