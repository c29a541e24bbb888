internal import VoiceMessages

/// A person who was compared with a voice.
public struct Candidate: Sendable, Hashable {
  /// The person's identifier.
  public let speaker: String
  /// The person's name for people to read; may be empty.
  public let displayName: String
  /// Cosine of the voiceprints, -1 to 1.
  public let score: Double

  init(_ match: TypesV1.Match) { (speaker, displayName, score) = (match.speakerId, match.displayName, match.score) }
}

/// Who of a collection a voice is.
public struct Identification: Sendable, Hashable {
  /// The person recognised; nil for a stranger.
  public let speaker: String?
  /// The best candidates, best first, whether or not they reach the threshold.
  public let candidates: [Candidate]
  /// The best score, 0 when nobody is enrolled.
  public let score: Double
  /// The threshold that was applied.
  public let threshold: Double
  /// The epoch that gave the scores.
  public let epoch: String
  /// Seconds of speech that were heard.
  public let speechSeconds: Double

  init(_ answer: GatewayV1.IdentifyResponse) {
    speaker = answer.decision == .accepted ? answer.speakerId : nil
    candidates = answer.candidates.map(Candidate.init)
    (score, threshold, epoch) = (answer.score, answer.threshold, answer.epoch)
    speechSeconds = answer.report?.speechSeconds ?? 0
  }
}

/// Whether two voices, or a voice and a person, are the same.
public struct Comparison: Sendable, Hashable {
  /// Whether the score reaches the threshold.
  public let isSame: Bool
  /// Cosine of the voiceprints, -1 to 1.
  public let score: Double
  /// The threshold that was applied.
  public let threshold: Double
  /// The epoch that gave the score.
  public let epoch: String

  init(_ decision: GatewayV1.Decision, score: Double, threshold: Double, epoch: String) {
    isSame = decision == .accepted
    (self.score, self.threshold, self.epoch) = (score, threshold, epoch)
  }
}

/// A voiceprint. Only those of the same epoch may be compared.
public struct Embedding: Sendable, Hashable {
  /// The values.
  public let values: [Float]
  /// The epoch that it is of.
  public let epoch: String
}

/// A person of a collection.
public struct Person: Sendable, Hashable {
  /// The person's identifier.
  public let speaker: String
  /// The person's name for people to read; may be empty.
  public let displayName: String
  /// The caller's own key-value pairs.
  public let labels: [String: String]
  /// How many recordings the person was enrolled with.
  public let recordings: Int
  /// Nobody is recognised as this person until the person is enrolled anew.
  public let needsReenrollment: Bool

  init(_ speaker: TypesV1.Speaker) {
    (self.speaker, displayName, labels) = (speaker.speakerId, speaker.displayName, speaker.labels)
    (recordings, needsReenrollment) = (speaker.utterances.count, speaker.needsReenrollment)
  }
}
