/// A threshold that keeps false acceptances to a rate, and what it costs in false rejections.
package struct OperatingPoint: Sendable, Hashable {
  /// The rate that was asked for, 0 to 1: at most this share of the impostors is accepted.
  package var falseAcceptRate: Double
  /// Scores at or above it are accepted.
  package var threshold: Float
  /// Share of the targets that are rejected, 0 to 1.
  package var falseRejectRate: Double

  /// The rates that an evaluation tells thresholds for, where its list is long enough.
  package static let usualRates = [0.1, 0.01, 0.001, 0.0001]
  /// So many errors make a rate true to 30 % with a confidence of 90 % (Doddington et al. 2000, "The NIST speaker
  /// recognition evaluation", the rule of 30).
  static let fewestErrors = 30.0
}

extension DetectionCurve {
  /// The lowest threshold that accepts at most the share `falseAcceptRate` of the impostors.
  ///
  /// nil when the list is too short to know: a rate needs 30 expected errors.
  package func operatingPoint(falseAcceptRate: Double) -> OperatingPoint? {
    precondition((0...1).contains(falseAcceptRate), "\(falseAcceptRate) is no rate")
    guard falseAcceptRate * Double(impostorCount) >= OperatingPoint.fewestErrors else { return nil }
    let point = first { $0.falseAlarmRate <= falseAcceptRate }
    return point.map {
      // The point still rejects its own score.
      OperatingPoint(
        falseAcceptRate: falseAcceptRate, threshold: $0.threshold.nextUp, falseRejectRate: $0.missRate)
    }
  }

  /// Those of the usual rates for which the list is long enough.
  package func operatingPoints() -> [OperatingPoint] {
    OperatingPoint.usualRates.compactMap { operatingPoint(falseAcceptRate: $0) }
  }
}
