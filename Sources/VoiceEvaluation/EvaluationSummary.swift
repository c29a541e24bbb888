/// The figures of an evaluation.
package struct EvaluationSummary: Sendable, Hashable {
  /// Equal error rate by mvector's interpolation, 0 to 1.
  package var equalErrorRate: Double
  /// Equal error rate of the convex hull, 0 to 1.
  package var convexHullEqualErrorRate: Double
  /// Least detection cost.
  package var minimumCost: Double
  /// Score at the equal error rate.
  package var threshold: Float
  /// Number of target trials.
  package var targets: Int
  /// Number of impostor trials.
  package var impostors: Int
  /// Thresholds for usual rates of false acceptances, as far as there are trials enough.
  package var operatingPoints: [OperatingPoint]

  /// Evaluates scores. Throws `oneClass` or `badValue`.
  package init(_ scores: TrialScores, cost: DetectionCost = .standard) throws(EvaluationError) {
    self.init(try DetectionCurve(scores), cost: cost)
  }

  /// The figures of a curve.
  package init(_ curve: DetectionCurve, cost: DetectionCost = .standard) {
    let equal = curve.equalErrorRate()
    equalErrorRate = equal.rate
    threshold = equal.threshold
    convexHullEqualErrorRate = curve.convexHullEqualErrorRate()
    minimumCost = curve.minimumCost(cost)
    targets = curve.targetCount
    impostors = curve.impostorCount
    operatingPoints = curve.operatingPoints()
  }
}
