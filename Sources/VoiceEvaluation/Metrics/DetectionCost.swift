/// What errors cost: NIST's detection cost function.
package struct DetectionCost: Sendable, Hashable {
  /// How probable a target is before the score is seen, between 0 and 1.
  package let targetPrior: Double
  /// Cost of rejecting a target.
  package let missCost: Double
  /// Cost of accepting an impostor.
  package let falseAlarmCost: Double

  /// mvector's: one trial in a hundred is a target, both errors cost 1.
  package static let standard = DetectionCost(prior: 0.01, miss: 1, falseAlarm: 1)

  /// Costs of an application. Throws `badArgument` for a prior outside (0, 1) or a cost that is not positive.
  package init(
    targetPrior: Double, missCost: Double = 1, falseAlarmCost: Double = 1
  ) throws(EvaluationError) {
    guard targetPrior > 0, targetPrior < 1 else {
      throw EvaluationError(.badArgument, "the prior of a target is \(targetPrior), it must lie between 0 and 1")
    }
    guard missCost > 0, falseAlarmCost > 0, missCost.isFinite, falseAlarmCost.isFinite else {
      throw EvaluationError(.badArgument, "the costs \(missCost) and \(falseAlarmCost) must be positive")
    }
    self.init(prior: targetPrior, miss: missCost, falseAlarm: falseAlarmCost)
  }

  private init(prior: Double, miss: Double, falseAlarm: Double) {
    (targetPrior, missCost, falseAlarmCost) = (prior, miss, falseAlarm)
  }

  /// `(C_miss·P_miss·π + C_fa·P_fa·(1−π)) / min(C_miss·π, C_fa·(1−π))`: 1 is the cost of not listening at all.
  package func normalised(_ point: DetectionCurve.Point) -> Double {
    let miss = missCost * targetPrior
    let falseAlarm = falseAlarmCost * (1 - targetPrior)
    return (miss * point.missRate + falseAlarm * point.falseAlarmRate) / min(miss, falseAlarm)
  }
}

extension DetectionCurve {
  /// The least normalised cost over all thresholds, accepting and rejecting everything among them.
  package func minimumCost(_ cost: DetectionCost = .standard) -> Double {
    reduce(cost.normalised(Self.acceptAll)) { Swift.min($0, cost.normalised($1)) }
  }
}
