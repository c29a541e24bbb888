internal import VoiceMessages
internal import VoiceRecognition

extension ServerSentEvent {
  /// Something that happened in a live stream.
  init(_ event: LiveStream.Event) throws {
    switch event {
    case .window(let window): try self.init("window", json: WindowEvent(window))
    case .stretch(let stretch): try self.init("stretch", json: StretchEvent(stretch))
    case .end: self = .end
    case .failure(let error):
      try self.init("error", json: Failure.Content(code: error.wireCode, message: error.message))
    }
  }
}

/// The interim answer for a window.
struct WindowEvent: Encodable, Sendable {
  let startSeconds: Double
  let endSeconds: Double
  let speaking: Bool
  let speechSeconds: Double
  let decision: String
  let speakerId: String
  let candidates: [Match]
  let score: Double
  let threshold: Double
  let sinceSeconds: Double
  let epoch: String

  init(_ message: GatewayV1.IdentifyStreamWindow) {
    (startSeconds, endSeconds) = (message.startSeconds, message.endSeconds)
    (speaking, speechSeconds, sinceSeconds) = (message.speaking, message.speechSeconds, message.sinceSeconds)
    decision = WireNames.decision.name(of: message.decision)
    (speakerId, candidates) = (message.speakerId, message.candidates.map(Match.init))
    (score, threshold, epoch) = (message.score, message.threshold, message.epoch)
  }
}

/// The final answer for a stretch of speech.
struct StretchEvent: Encodable, Sendable {
  let startSeconds: Double
  let endSeconds: Double
  let speechSeconds: Double
  let decision: String
  let speakerId: String
  let candidates: [Match]
  let score: Double
  let threshold: Double
  let epoch: String

  init(_ message: GatewayV1.IdentifyStreamStretch) {
    (startSeconds, endSeconds) = (message.startSeconds, message.endSeconds)
    speechSeconds = message.speechSeconds
    decision = WireNames.decision.name(of: message.decision)
    (speakerId, candidates) = (message.speakerId, message.candidates.map(Match.init))
    (score, threshold, epoch) = (message.score, message.threshold, message.epoch)
  }
}
