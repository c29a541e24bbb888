internal import VoiceMessages

/// What was measured on a recording.
struct AudioReport: Encodable, Sendable {
  let durationSeconds: Double?
  let speechSeconds: Double?
  let sampleRateHz: UInt32
  let channels: UInt32
  let rmsDbfs: Float?
  let peak: Float?
  let clippedFraction: Float?
  let warnings: [String]

  init(_ message: TypesV1.AudioReport) {
    (durationSeconds, speechSeconds) = (message.durationSeconds.finite, message.speechSeconds.finite)
    (sampleRateHz, channels) = (message.sampleRateHz, message.channels)
    (rmsDbfs, peak) = (message.rmsDbfs.finite, message.peak.finite)
    clippedFraction = message.clippedFraction.finite
    warnings = message.warnings.map(WireNames<TypesV1.AudioWarning>.warning.name)
  }
}

/// A candidate of a search.
struct Match: Encodable, Sendable {
  let speakerId: String
  let displayName: String
  let score: Double

  init(_ message: TypesV1.Match) {
    (speakerId, displayName, score) = (message.speakerId, message.displayName, message.score)
  }
}
