internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

extension GatewayV1.Decision {
  init(_ decision: Decision) {
    switch decision {
    case .accepted: self = .accepted
    case .rejected: self = .rejected
    }
  }
}

extension GatewayV1.EmbedResponse {
  init(_ voiceprint: Voiceprint, _ report: AudioReport) {
    self.init()
    embedding = .init(voiceprint)
    self.report = .init(report)
  }
}

extension GatewayV1.ContrastResponse {
  init(_ answer: ContrastAnswer) {
    self.init()
    score = answer.score
    threshold = answer.threshold.value
    decision = .init(answer.decision)
    epoch = answer.epoch.value
    firstReport = .init(answer.reports[0])
    secondReport = .init(answer.reports[1])
  }
}

extension GatewayV1.EnrollResponse {
  init(_ answer: EnrollAnswer) {
    self.init()
    speaker = .init(answer.result.speaker)
    created = answer.result.created
    replayed = answer.result.replayed
    reports = answer.reports.map { .init($0) }
    epoch = answer.epoch.value
  }
}

extension GatewayV1.VerifyResponse {
  init(_ answer: VerifyAnswer) {
    self.init()
    score = answer.match.score
    threshold = answer.threshold.value
    decision = .init(answer.decision)
    epoch = answer.epoch.value
    report = .init(answer.report)
  }
}

extension GatewayV1.IdentifyResponse {
  init(_ answer: IdentifyAnswer) {
    self.init()
    decision = .init(answer.decision)
    candidates = answer.candidates.map { .init($0) }
    if let best = answer.candidates.first {
      score = best.score
      if answer.decision == .accepted { speakerId = best.speaker.value }
    }
    threshold = answer.threshold.value
    margin = answer.margin
    gallerySize = UInt64(clamping: answer.gallerySize)
    epoch = answer.epoch.value
    report = .init(answer.report)
  }
}

extension CollectionName {
  /// The collection that a request means: "default" when it names none.
  static func named(_ value: String) throws(RecognitionError) -> CollectionName {
    value.isEmpty ? .standard : try CollectionName(value)
  }
}

/// The audio of a request; throws `invalidArgument` naming `field` when it is missing.
func audio(_ message: TypesV1.Audio?, field: String) throws(RecognitionError) -> TypesV1.Audio {
  guard let message, message.content.count > 0 else {
    throw .invalid("\(field).content", "is missing: send the bytes of an audio file", reason: "AUDIO_EMPTY")
  }
  return message
}
