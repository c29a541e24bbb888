/// Whether two pieces of audio are of the same person.
package struct ContrastAnswer: Sendable, Hashable {
  /// Cosine of the two voiceprints.
  package var score: Double
  /// The threshold that was applied.
  package var threshold: Threshold
  /// `accepted`: the same person.
  package var decision: Decision
  /// The epoch that gave the score.
  package var epoch: EpochName
  /// What was measured on the two pieces, in the order of the request.
  package var reports: [AudioReport]
}

/// Whether audio is of the person it is said to be of.
package struct VerifyAnswer: Sendable, Hashable {
  /// The claimed person and the score.
  package var match: Match
  /// The threshold that was applied.
  package var threshold: Threshold
  /// `accepted`: the claimed person.
  package var decision: Decision
  /// The epoch that gave the score.
  package var epoch: EpochName
  /// What was measured on the audio.
  package var report: AudioReport
}

/// Who of a collection it is, if anybody.
package struct IdentifyAnswer: Sendable, Hashable {
  /// The candidates, best first, whether or not they reach the threshold.
  package var candidates: [Match]
  /// How many people were compared.
  package var gallerySize: Int
  /// The best score less the runner-up's; nil with fewer than two people.
  package var margin: Double?
  /// The threshold that was applied.
  package var threshold: Threshold
  /// `accepted`: the first candidate. `rejected`: a stranger, or nobody is enrolled.
  package var decision: Decision
  /// The epoch that gave the scores.
  package var epoch: EpochName
  /// What was measured on the audio.
  package var report: AudioReport
}

/// What became of an enrolment.
package struct EnrollAnswer: Sendable, Hashable {
  /// What the registry says.
  package var result: EnrolmentResult
  /// What was measured on each recording, in the order of the request.
  package var reports: [AudioReport]
  /// The epoch of the template.
  package var epoch: EpochName
}
