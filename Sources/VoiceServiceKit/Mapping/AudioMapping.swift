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

extension TypesV1.Audio {
  /// The wire's form of a recording.
  package init(_ recording: Recording) {
    self.init()
    content = Bytes(recording.content)
    encoding =
      switch recording.encoding {
      case .file: .unspecified
      case .pcmS16LE: .pcmS16le
      case .pcmF32LE: .pcmF32le
      }
    sampleRateHz = UInt32(clamping: recording.sampleRate)
    channels = UInt32(clamping: recording.channels)
  }
}

extension Recording {
  /// A recording from the wire; throws `invalidArgument` naming `field` for an encoding that is not known.
  package init(_ message: TypesV1.Audio, field: String) throws(RecognitionError) {
    let encoding: Encoding
    switch message.encoding {
    case .unspecified: encoding = .file
    case .pcmS16le: encoding = .pcmS16LE
    case .pcmF32le: encoding = .pcmF32LE
    default: throw .invalid("\(field).encoding", "\(message.encoding.rawValue) is not known")
    }
    self.init(
      content: message.content.array, encoding: encoding, sampleRate: Int(message.sampleRateHz),
      channels: Int(message.channels))
  }
}
