package import VoiceMessages
package import VoiceRecognition

extension TypesV1.AudioReport {
  /// The wire's form of a report.
  package init(_ report: AudioReport) {
    self.init()
    durationSeconds = report.durationSeconds
    speechSeconds = report.speechSeconds
    sampleRateHz = UInt32(clamping: report.sampleRate)
    channels = UInt32(clamping: report.channels)
    rmsDbfs = Float(report.rmsDBFS)
    peak = Float(report.peak)
    clippedFraction = Float(report.clippedFraction)
    warnings = report.warnings.map { warning in
      switch warning {
      case .short: .short
      case .clipped: .clipped
      case .quiet: .quiet
      }
    }
  }
}

extension AudioReport {
  /// A report from the wire; warnings of a newer version are left out.
  package init(_ message: TypesV1.AudioReport) {
    self.init(
      durationSeconds: message.durationSeconds, speechSeconds: message.speechSeconds,
      sampleRate: Int(message.sampleRateHz), channels: Int(message.channels), rmsDBFS: Double(message.rmsDbfs),
      peak: Double(message.peak), clippedFraction: Double(message.clippedFraction),
      warnings: message.warnings.compactMap { warning in
        switch warning {
        case .short: .short
        case .clipped: .clipped
        case .quiet: .quiet
        default: nil
        }
      })
  }
}
