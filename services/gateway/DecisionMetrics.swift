internal import Metrics
internal import VoiceRecognition

/// What is decided at the gateway, so that a drift of voices, microphones or networks shows: the scores of those who
/// are accepted and rejected, how much audio comes, and how good it is.
struct DecisionMetrics: Sendable {
  private let accepted: Recorder
  private let rejected: Recorder
  private let recordings: AudioMetrics

  /// Of one operation, by its name.
  init(_ operation: String) {
    func scores(_ decision: String) -> Recorder {
      let labels = [("operation", operation), ("decision", decision)]
      return Recorder(label: "voiceprint_decision_score", dimensions: labels)
    }
    (accepted, rejected) = (scores("accepted"), scores("rejected"))
    recordings = AudioMetrics(operation)
  }

  /// Something was decided; without a score there was nobody to compare with.
  func record(_ decision: Decision, score: Double?, _ reports: [AudioReport]) {
    if let score { (decision == .accepted ? accepted : rejected).record(score) }
    recordings.record(reports)
  }
}

/// How much audio an operation gets, and how good it is.
struct AudioMetrics: Sendable {
  private let count: Counter
  private let seconds: FloatingPointCounter
  private let warnings: [AudioReport.Warning: Counter]

  /// Of one operation, by its name.
  init(_ operation: String) {
    let labels = [("operation", operation)]
    count = Counter(label: "voiceprint_audio_recordings_total", dimensions: labels)
    seconds = FloatingPointCounter(label: "voiceprint_audio_seconds_total", dimensions: labels)
    warnings = Dictionary(
      uniqueKeysWithValues: AudioReport.Warning.allCases.map { warning in
        let dimensions = labels + [("warning", "\(warning)")]
        return (warning, Counter(label: "voiceprint_audio_warnings_total", dimensions: dimensions))
      })
  }

  /// Recordings were computed on.
  func record(_ reports: [AudioReport]) {
    count.increment(by: reports.count)
    for report in reports {
      seconds.increment(by: report.durationSeconds)
      for warning in report.warnings { warnings[warning]?.increment() }
    }
  }
}

/// What the gateway tells of each of its operations.
struct GatewayMetrics: Sendable {
  let embed = AudioMetrics("embed")
  let enroll = AudioMetrics("enroll")
  let contrast = DecisionMetrics("contrast")
  let verify = DecisionMetrics("verify")
  let identify = DecisionMetrics("identify")
  let live = DecisionMetrics("identify_stream")
}
