/// What a score means at a threshold.
package enum Decision: Sendable, Hashable {
  /// The score is at or above the threshold.
  case accepted
  /// The score is below the threshold, or there was nobody to compare with.
  case rejected
}

/// The score from which on two voiceprints are decided to be of one person.
package struct Threshold: Sendable, Hashable {
  /// A cosine, -1 to 1.
  package let value: Double

  /// The caller's threshold for this one call, else the epoch's own. 0 is a threshold like any other.
  /// Throws `invalidArgument` for a number that no cosine can be.
  package init(requested: Double?, epoch: EpochManifest) throws(RecognitionError) {
    value = requested ?? epoch.threshold
    try Self.check(value)
  }

  /// Throws `invalidArgument` for a number that no cosine can be.
  package static func check(_ value: Double, field: String = "threshold") throws(RecognitionError) {
    guard value.isFinite, value >= -1, value <= 1 else {
      throw .invalid(field, "\(value) is no cosine: give a number from -1 to 1, or none for the epoch's own")
    }
  }

  /// The decision for a score.
  package func decide(_ score: Double) -> Decision { score >= value ? .accepted : .rejected }
}
