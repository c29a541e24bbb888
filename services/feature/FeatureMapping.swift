internal import VoiceAudio
internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

extension FrontEndConfiguration {
  /// The front-end that a request names.
  init(_ frontEnd: FrontEnd) {
    self.init(
      featureMethod: frontEnd.featureMethod, methodArguments: frontEnd.methodArguments,
      sampleRate: frontEnd.sampleRate, useDBNormalization: frontEnd.useDBNormalization, targetDB: frontEnd.targetDB,
      doVAD: frontEnd.doVAD)
  }
}

extension RecognitionError {
  /// The domain's form of an error about the front-end.
  init(frontEnd error: AudioError) {
    self = .invalid("front_end", error.message, reason: "BAD_FRONT_END")
  }
}

extension FeatureV1.ExtractResponse {
  init(_ extracted: ExtractedFeatures) {
    self.init()
    features = .with {
      $0.frames = UInt32(clamping: extracted.features.frames)
      $0.bins = UInt32(clamping: extracted.features.bins)
      $0.values = extracted.features.values
    }
    report = .init(AudioReport(extracted.report))
  }
}

extension AudioReport {
  /// The domain's form of what was measured.
  init(_ measured: AudioMeasurement) {
    self.init(
      durationSeconds: measured.durationSeconds, speechSeconds: measured.speechSeconds,
      sampleRate: measured.sampleRate, channels: measured.channels, rmsDBFS: measured.rmsDBFS, peak: measured.peak,
      clippedFraction: measured.clippedFraction,
      warnings: measured.warnings.map { warning in
        switch warning {
        case .short: .short
        case .clipped: .clipped
        case .quiet: .quiet
        }
      })
  }
}
