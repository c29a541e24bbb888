internal import VoiceMessages
internal import VoiceRecognition
internal import VoiceServiceKit

extension GatewayV1.IdentifyStreamResponse {
  init(_ event: LiveEvent) {
    self.init()
    switch event {
    case .window(let window): self.event = .window(.init(window))
    case .stretch(let stretch): self.event = .stretch(.init(stretch))
    }
  }
}

extension GatewayV1.IdentifyStreamWindow {
  init(_ window: LiveWindow) {
    self.init()
    (startSeconds, endSeconds) = (window.seconds.lowerBound, window.seconds.upperBound)
    (speaking, speechSeconds, sinceSeconds) = (window.isSpeaking, window.speechSeconds, window.sinceSeconds)
    guard let answer = window.answer else { return }
    (decision, speakerId, score) = (.init(answer.decision), answer.recognised, answer.bestScore)
    (candidates, threshold, epoch) = (answer.candidates.map { .init($0) }, answer.threshold.value, answer.epoch.value)
  }
}

extension GatewayV1.IdentifyStreamStretch {
  init(_ stretch: LiveStretch) {
    self.init()
    (startSeconds, endSeconds) = (stretch.seconds.lowerBound, stretch.seconds.upperBound)
    speechSeconds = stretch.speechSeconds
    guard let answer = stretch.answer else { return }
    (decision, speakerId, score) = (.init(answer.decision), answer.recognised, answer.bestScore)
    (candidates, threshold, epoch) = (answer.candidates.map { .init($0) }, answer.threshold.value, answer.epoch.value)
  }
}

extension IdentifyAnswer {
  /// The person recognised; empty for a stranger.
  var recognised: String { decision == .accepted ? candidates.first?.speaker.value ?? "" : "" }

  /// 0 when nobody is enrolled.
  var bestScore: Double { candidates.first?.score ?? 0 }
}
