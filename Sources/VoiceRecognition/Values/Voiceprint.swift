/// A voiceprint: what a network makes of one utterance, and the epoch it belongs to.
package struct Voiceprint: Sendable, Hashable {
  /// The values as the network gives them, `[embeddingSize]`, not normalised.
  package var values: [Float]
  /// The epoch whose network made it.
  package var epoch: EpochName

  /// A voiceprint of an epoch.
  package init(values: [Float], epoch: EpochName) {
    self.values = values
    self.epoch = epoch
  }

  /// The values at length 1 (L2). Throws `invalidArgument` when a value is not finite or all are zero.
  package func normalised() throws(RecognitionError) -> [Float] {
    var sum = 0.0
    for value in values { sum += Double(value) * Double(value) }
    guard sum.isFinite, sum > 0 else {
      throw .invalid("embedding", "a voiceprint must be finite and not all zero", reason: "BAD_EMBEDDING")
    }
    let scale = 1 / sum.squareRoot()
    return values.map { Float(Double($0) * scale) }
  }

  /// Cosine of two voiceprints, -1 to 1. Throws `failedPrecondition` across epochs: those numbers would mean nothing.
  package func cosine(to other: Voiceprint) throws(RecognitionError) -> Double {
    guard epoch == other.epoch else { throw .epochMismatch(expected: epoch, actual: other.epoch) }
    guard values.count == other.values.count else {
      throw .invalid("embedding", "has \(other.values.count) values where \(values.count) are expected")
    }
    let (left, right) = (try normalised(), try other.normalised())
    var sum = 0.0
    for index in left.indices { sum += Double(left[index]) * Double(right[index]) }
    return min(1, max(-1, sum))
  }
}

/// The template of a person: the mean of the L2-normalised voiceprints of the enrolment, normalised again.
package enum Template {
  /// Makes the template, `[embeddingSize]`, of voiceprints of one epoch.
  ///
  /// Throws `invalidArgument` for none, for differing sizes and for voiceprints that cancel each other out, and
  /// `failedPrecondition` for differing epochs.
  package static func make(of voiceprints: [Voiceprint]) throws(RecognitionError) -> Voiceprint {
    guard let first = voiceprints.first else { throw .invalid("utterances", "at least one is needed") }
    var sum = [Double](repeating: 0, count: first.values.count)
    for voiceprint in voiceprints {
      guard voiceprint.epoch == first.epoch else {
        throw .epochMismatch(expected: first.epoch, actual: voiceprint.epoch)
      }
      let unit = try voiceprint.normalised()
      guard unit.count == sum.count else {
        throw .invalid("embedding", "has \(unit.count) values where \(sum.count) are expected")
      }
      for index in unit.indices { sum[index] += Double(unit[index]) }
    }
    let mean = Voiceprint(values: sum.map { Float($0 / Double(voiceprints.count)) }, epoch: first.epoch)
    return Voiceprint(values: try mean.normalised(), epoch: first.epoch)
  }
}
