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

extension AudioEncoding {
  /// How a request's bytes are to be read; throws `invalidArgument` naming the field below `field`.
  init(_ audio: TypesV1.Audio, field: String) throws(RecognitionError) {
    let channels = audio.channels == 0 ? 1 : Int(audio.channels)
    switch audio.encoding {
    case .unspecified:
      self = .container
      return
    case .pcmS16le: self = .pcmS16LE(sampleRate: Int(audio.sampleRateHz), channels: channels)
    case .pcmF32le: self = .pcmF32LE(sampleRate: Int(audio.sampleRateHz), channels: channels)
    default: throw .invalid("\(field).encoding", "\(audio.encoding.rawValue) is no encoding this version knows")
    }
    guard audio.sampleRateHz > 0 else {
      throw .invalid("\(field).sample_rate_hz", "is needed for samples without a header")
    }
  }
}

extension RecognitionError {
  /// The domain's form of an error about audio, naming the field it came in.
  init(_ error: AudioError, field: String) {
    let name = "AUDIO_" + error.code.rawValue.uppercasedWords
    self = .invalid("\(field).content", error.message, reason: name)
  }

  /// The domain's form of an error about the front-end.
  init(frontEnd error: AudioError) {
    self = .invalid("front_end", error.message, reason: "BAD_FRONT_END")
  }
}

extension String {
  /// `tooLong` as `TOO_LONG`.
  fileprivate var uppercasedWords: String {
    reduce(into: "") { text, letter in
      if letter.isUppercase { text += "_" }
      text += letter.uppercased()
    }
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
