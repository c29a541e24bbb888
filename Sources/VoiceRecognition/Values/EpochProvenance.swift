/// Where an epoch comes from and how good it is; no part of what the epoch is.
package struct EpochProvenance: Sendable, Hashable, Codable {
  /// How an epoch did on a list of trials.
  package struct Evaluation: Sendable, Hashable, Codable {
    /// The data set.
    package var dataset: String
    /// The list of trials.
    package var list: String
    /// How many trials were of the same person.
    package var targets: Int
    /// How many trials were of two people.
    package var impostors: Int
    /// Equal error rate, 0 to 1.
    package var eer: Double
    /// Lower end of its 95 % interval, by a bootstrap over speakers.
    package var eerLow: Double
    /// Upper end of its 95 % interval.
    package var eerHigh: Double
    /// Least cost of detection, normalised.
    package var minDCF: Double
    /// Thresholds that keep to target rates.
    package var operatingPoints: [OperatingPoint]

    /// An evaluation; throws `invalidArgument` for rates that are none.
    package init(
      dataset: String, list: String, targets: Int, impostors: Int, eer: Double,
      eerInterval: (low: Double, high: Double), minDCF: Double, operatingPoints: [OperatingPoint] = []
    ) throws(RecognitionError) {
      let rates = [eer, eerInterval.low, eerInterval.high] + operatingPoints.map(\.falseAcceptRate)
      guard rates.allSatisfy({ (0...1).contains($0) }), eerInterval.low <= eerInterval.high, minDCF.isFinite,
        operatingPoints.allSatisfy(\.threshold.isFinite)
      else {
        throw .invalid("provenance.evaluation", "rates lie from 0 to 1, the low end of an interval below its high end")
      }
      (self.dataset, self.list, self.targets, self.impostors) = (dataset, list, targets, impostors)
      (self.eer, self.eerLow, self.eerHigh, self.minDCF) = (eer, eerInterval.low, eerInterval.high, minDCF)
      self.operatingPoints = operatingPoints
    }
  }

  /// A threshold and what it leads to.
  package struct OperatingPoint: Sendable, Hashable, Codable {
    /// The share of impostor trials that it accepts, 0 to 1.
    package var falseAcceptRate: Double
    /// The threshold.
    package var threshold: Double

    /// A threshold of a rate.
    package init(falseAcceptRate: Double, threshold: Double) {
      self.falseAcceptRate = falseAcceptRate
      self.threshold = threshold
    }
  }

  /// The epoch that it was fine-tuned from.
  package var parent: String?
  /// The training job that made it.
  package var job: String?
  /// How it did on known trials.
  package var evaluation: Evaluation?

  /// What is known of an epoch; throws `invalidArgument` for a parent that is no epoch's name.
  package init(parent: String? = nil, job: String? = nil, evaluation: Evaluation? = nil) throws(RecognitionError) {
    if let parent { _ = try EpochName(parent, field: "provenance.parent_epoch") }
    self.parent = parent
    self.job = job
    self.evaluation = evaluation
  }
}
