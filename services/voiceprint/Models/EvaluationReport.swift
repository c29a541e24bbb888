internal import VoiceEvaluation

/// What `voiceprint eval` says.
struct EvaluationReport: Encodable {
  /// How another network does on the same trials.
  struct Comparison: Encodable {
    /// Its equal error rate, 0 to 1.
    let eer: Double
    /// By which share this one's is to be lower.
    let improvement: Double
    /// How sure it is that it is, 0 to 1; absent when it is not known who speaks.
    let confidence: Double?
  }

  private struct Point: Encodable {
    let falseAcceptRate: Double
    let threshold: Double
    let falseRejectRate: Double

    enum CodingKeys: String, CodingKey {
      case threshold
      case falseAcceptRate = "false_accept_rate"
      case falseRejectRate = "false_reject_rate"
    }
  }

  private var eer: Double
  /// The lower and the upper end; absent when it is not known who speaks.
  private var eerInterval: [Double]?
  private var eerConvexHull: Double
  private var minDCF: Double
  private var threshold: Double
  private var trials: Int
  private var targets: Int
  private var impostors: Int
  private var speakers: Int?
  /// `none`, or the variant of AS-norm.
  private var normalization: String
  /// Strangers of the cohort, and how many of them count for each clip.
  private var cohort: Int?
  private var top: Int?
  /// Clips whose mean was subtracted.
  private var centredOn: Int
  private var targetPrior: Double
  /// Thresholds for rates of false acceptances, those that the list is long enough for.
  private var operatingPoints: [Point]
  /// Beside another network; absent if there is none to compare with.
  var comparison: Comparison?

  enum CodingKeys: String, CodingKey {
    case eer, threshold, trials, targets, impostors, speakers, normalization, cohort, top
    case eerInterval = "eer_interval"
    case eerConvexHull = "eer_convex_hull"
    case minDCF = "min_dcf"
    case centredOn = "centred_on"
    case targetPrior = "target_prior"
    case operatingPoints = "operating_points"
    case comparison = "against"
  }

  init(
    _ summary: EvaluationSummary, _ result: TrialEvaluation.Result, of evaluation: TrialEvaluation,
    targetPrior: Double
  ) {
    eer = summary.equalErrorRate
    eerInterval = result.interval.map { [$0.lowerBound, $0.upperBound] }
    eerConvexHull = summary.convexHullEqualErrorRate
    minDCF = summary.minimumCost
    threshold = Double(summary.threshold)
    (targets, impostors) = (summary.targets, summary.impostors)
    trials = targets + impostors
    speakers = result.speakers
    normalization = result.normalization == nil ? "none" : AdaptiveNormalization.variant
    cohort = result.normalization?.cohortCount
    top = result.normalization?.used
    centredOn = evaluation.centring.count
    self.targetPrior = targetPrior
    operatingPoints = summary.operatingPoints.map {
      Point(
        falseAcceptRate: $0.falseAcceptRate, threshold: Double($0.threshold), falseRejectRate: $0.falseRejectRate)
    }
  }

  /// For people.
  var table: String {
    var rows = ["trials     \(targets) target, \(impostors) impostor" + (speakers.map { "; \($0) speakers" } ?? "")]
    if centredOn > 0 { rows.append("centre     of \(centredOn) clips") }
    if let cohort, let top { rows.append("scores     \(normalization), the highest \(top) of \(cohort) strangers") }
    let interval = eerInterval.map { "95 %: \(percent($0[0])) to \(percent($0[1])); " } ?? ""
    let points = operatingPoints.map {
      "threshold  \(Terminal.decimal($0.threshold, 4)) accepts \(percent($0.falseAcceptRate)) of the impostors, "
        + "rejects \(percent($0.falseRejectRate)) of the targets"
    }
    return (rows + [
      "EER        \(percent(eer)) (\(interval)convex hull \(percent(eerConvexHull)))",
      "MinDCF     \(Terminal.decimal(minDCF, 4)) at a prior of \(targetPrior)",
      "threshold  \(Terminal.decimal(threshold, 4)) at the EER",
    ] + points + comparisonRows).joined(separator: "\n")
  }

  private var comparisonRows: [String] {
    guard let comparison else { return [] }
    let sure = comparison.confidence.map {
      let by = comparison.improvement > 0 ? " by \(percent(comparison.improvement)) of it" : ""
      return ": this one's is lower\(by) in \(percent($0)) of the draws"
    }
    return ["against    EER \(percent(comparison.eer))" + (sure ?? "")]
  }

  /// As mvector writes it.
  var line: String {
    "threshold: \(Terminal.decimal(threshold, 2)), EER: \(Terminal.decimal(eer, 5)),"
      + " MinDCF: \(Terminal.decimal(minDCF, 5))"
  }

  private func percent(_ rate: Double) -> String { "\(Terminal.decimal(rate * 100, 2)) %" }
}
