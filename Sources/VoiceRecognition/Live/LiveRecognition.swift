/// Recognition of one run of sound while it goes on: windows with interim answers, stretches of speech with final ones.
///
/// Each answer is that of `identify` for the very samples of its window or stretch, so that how the sound comes in
/// pieces changes none.
package struct LiveRecognition: Sendable {
  /// Says whose the samples are.
  package typealias Identify = @Sendable (_ samples: [Float]) async throws -> IdentifyAnswer
  /// Who it was in a window: nobody, a stranger (nil) or a person.
  private enum Who: Equatable {
    case nobody
    case speaker(SpeakerID?)
  }

  private let settings: LiveSettings
  private let identify: Identify
  private var segmenter: LiveSegmenter
  private var who = Who.nobody
  private var since = 0.0
  private var lastWindowEnd = 0.0

  /// Recognition that begins with the first sample.
  package init(_ settings: LiveSettings, identify: @escaping Identify) {
    self.settings = settings
    self.identify = identify
    segmenter = LiveSegmenter(settings)
  }

  /// How much has been heard, s.
  package var seconds: Double { segmenter.seconds }

  /// Listens to more samples of one channel and tells what they say. Throws what `identify` and `tell` throw.
  package mutating func hear(
    _ samples: some Sequence<Float>, tell: (LiveEvent) async throws -> Void
  ) async throws {
    segmenter.append(samples)
    while let piece = segmenter.next() { try await tell(try await event(piece)) }
  }

  /// Tells of the stretch that the sound's end ends. Throws what `identify` and `tell` throw.
  package mutating func finish(tell: (LiveEvent) async throws -> Void) async throws {
    if let piece = segmenter.finish() { try await tell(try await event(piece)) }
  }

  private mutating func event(_ piece: LiveSegmenter.Piece) async throws -> LiveEvent {
    let rate = Double(settings.sampleRate)
    let seconds = Double(piece.range.lowerBound) / rate..<Double(piece.range.upperBound) / rate
    let answer = piece.speechSeconds >= LiveSettings.minimumSpeechSeconds ? try await identify(piece.samples) : nil
    switch piece.kind {
    case .stretch:
      return .stretch(LiveStretch(seconds: seconds, speechSeconds: piece.speechSeconds, answer: answer))
    case .window(let isSpeaking):
      let now = answer.map { Who.speaker($0.decision == .accepted ? $0.candidates.first?.speaker : nil) } ?? .nobody
      if now != who { (who, since) = (now, lastWindowEnd) }
      lastWindowEnd = seconds.upperBound
      return .window(
        LiveWindow(
          seconds: seconds, isSpeaking: isSpeaking, speechSeconds: piece.speechSeconds, answer: answer,
          sinceSeconds: since))
    }
  }
}
