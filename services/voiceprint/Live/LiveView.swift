internal import Glibc
internal import Synchronization
internal import VoiceMessages

/// What is said of running speech: on a terminal a line that changes with each window, and a line for each stretch.
final class LiveView: Sendable {
  private let isJSON: Bool
  private let isTerminal = isatty(STDOUT_FILENO) == 1
  private let counts = Mutex((stretches: 0, recognized: 0))

  init(isJSON: Bool) { self.isJSON = isJSON }

  /// Whether there was speech, and somebody was recognised in every stretch of it.
  var isEveryoneRecognized: Bool { counts.withLock { $0.stretches > 0 && $0.stretches == $0.recognized } }

  func show(_ response: GatewayV1.IdentifyStreamResponse) {
    switch response.event {
    case .window(let window)?: show(window)
    case .stretch(let stretch)?: show(stretch)
    case nil: break  // of a newer gateway
    }
  }

  /// Leaves the changing line.
  func finish() { if isTerminal && !isJSON { write("\r\u{1B}[K") } }

  private func show(_ window: GatewayV1.IdentifyStreamWindow) {
    if isJSON { return tell(Line(window)) }
    guard isTerminal else { return }
    var text = "\(Terminal.decimal(window.endSeconds, 1)) s  \(window.speaking ? "●" : "○") "
    // In a pause the window still holds what was said before it.
    switch window.decision {
    case _ where !window.speaking: break
    case .unspecified: text += "…"
    default:
      let who = window.decision == .accepted ? window.candidates.first?.name ?? window.speakerId : "a stranger"
      text += "\(who)  \(Terminal.decimal(window.score))  since \(Terminal.decimal(window.sinceSeconds, 1)) s"
    }
    write("\r\u{1B}[K" + text)
  }

  private func show(_ stretch: GatewayV1.IdentifyStreamStretch) {
    counts.withLock { counts in
      counts.stretches += 1
      if stretch.decision == .accepted { counts.recognized += 1 }
    }
    if isJSON { return tell(Line(stretch)) }
    let time = "\(Terminal.decimal(stretch.startSeconds, 1))–\(Terminal.decimal(stretch.endSeconds, 1)) s"
    let scores = "score \(Terminal.decimal(stretch.score))  threshold \(Terminal.decimal(stretch.threshold))"
    let line =
      switch stretch.decision {
      case .accepted: "\(time)  \(stretch.candidates.first?.name ?? stretch.speakerId)  \(scores)"
      case .rejected: "\(time)  a stranger  \(scores)"
      default: "\(time)  too little speech to say who it was"
      }
    Terminal.tell((isTerminal ? "\r\u{1B}[K" : "") + line)
  }

  private func tell(_ line: Line) {
    do { try printJSON(line) } catch { preconditionFailure("a line of numbers and names is always JSON: \(error)") }
    fflush(nil)
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)  // a terminal that went away can be told nothing
  }

  /// A window or a stretch as a line of JSON.
  private struct Line: Encodable {
    let event: String
    let startSeconds: Double
    let endSeconds: Double
    let speechSeconds: Double
    var speaking: Bool?
    let decision: String
    let speakerId: String?
    let score: Double
    let threshold: Double
    var sinceSeconds: Double?
    let epoch: String

    init(_ window: GatewayV1.IdentifyStreamWindow) {
      event = "window"
      (startSeconds, endSeconds) = (window.startSeconds, window.endSeconds)
      (speechSeconds, speaking, sinceSeconds) = (window.speechSeconds, window.speaking, window.sinceSeconds)
      (decision, speakerId) = Self.decision(window.decision, window.speakerId)
      (score, threshold, epoch) = (window.score, window.threshold, window.epoch)
    }

    init(_ stretch: GatewayV1.IdentifyStreamStretch) {
      event = "stretch"
      (startSeconds, endSeconds) = (stretch.startSeconds, stretch.endSeconds)
      speechSeconds = stretch.speechSeconds
      (decision, speakerId) = Self.decision(stretch.decision, stretch.speakerId)
      (score, threshold, epoch) = (stretch.score, stretch.threshold, stretch.epoch)
    }

    private static func decision(_ decision: GatewayV1.Decision, _ speaker: String) -> (String, String?) {
      switch decision {
      case .accepted: ("accepted", speaker)
      case .rejected: ("rejected", nil)
      default: ("unspecified", nil)
      }
    }
  }
}
