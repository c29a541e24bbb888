internal import VoiceMessages

/// How many probes went as they should.
struct DemoCounts {
  private var recognised = 0
  private var people = 0
  private var rejected = 0
  private var strangers = 0

  /// Whether everybody was recognised and every stranger rejected.
  var isFull: Bool { people > 0 && strangers > 0 && recognised == people && rejected == strangers }

  /// The counts in one line, which scripts read.
  var summary: String { "recognised \(recognised)/\(people), strangers rejected \(rejected)/\(strangers)" }

  /// Counts an answer about a recording of `expected`, nil for a stranger; says whether it is right.
  mutating func add(_ answer: GatewayV1.IdentifyResponse, expected: String?) -> Bool {
    let isRight: Bool
    if let expected {
      isRight = answer.decision == .accepted && answer.speakerId == expected
      people += 1
      recognised += isRight ? 1 : 0
    } else {
      isRight = answer.decision == .rejected
      strangers += 1
      rejected += isRight ? 1 : 0
    }
    return isRight
  }
}
