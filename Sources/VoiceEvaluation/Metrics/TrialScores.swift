/// Scores of trials, those of the same speaker apart from those of two speakers.
package struct TrialScores: Sendable {
  /// Scores of pairs of one speaker.
  package private(set) var targets: [Float] = []
  /// Scores of pairs of two speakers.
  package private(set) var impostors: [Float] = []

  /// No scores yet.
  package init() {}

  /// Adds the score of a trial.
  package mutating func add(_ score: Float, isTarget: Bool) {
    if isTarget { targets.append(score) } else { impostors.append(score) }
  }
}
