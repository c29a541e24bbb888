internal import VoiceTensor

/// How far an equal error rate would move with other speakers: the bootstrap over speakers (Bolle, Ratha and Pankanti
/// 2004, "Error analysis of pattern recognition systems: the subsets bootstrap"), as trials of a speaker are alike.
///
/// A replicate draws as many speakers as there are, some of them several times. A target trial counts as often as its
/// speaker was drawn, an impostor trial as often as one speaker times the other.
package struct SpeakerBootstrap: Sendable {
  private struct Trial {
    var score: Float
    var enrol: Int32
    var test: Int32

    var isTarget: Bool { enrol == test }
  }

  /// So few speakers make so few different draws that an interval of them would look surer than anybody can be: two
  /// people have one draw with targets and impostors, and an interval without width.
  package static let leastSpeakers = 5

  /// How many speakers there are.
  package let speakerCount: Int
  /// By score, ascending.
  private let trials: [Trial]

  /// The bootstrap of a list's scores; the rows of `embeddings` are those of its clips.
  ///
  /// nil when the list does not tell who speaks, or names fewer speakers than `leastSpeakers`. Throws `oneClass` and
  /// `badValue` as ``DetectionCurve`` does.
  package init?(
    _ list: TrialList, _ embeddings: EmbeddingMatrix, normalization: AdaptiveNormalization? = nil
  ) throws(EvaluationError) {
    guard let speakers = list.speakers, let last = speakers.max(), last + 1 >= Self.leastSpeakers else { return nil }
    var trials: [Trial] = []
    trials.reserveCapacity(list.count)
    list.forEachScore(embeddings, normalization) { pair, score in
      trials.append(Trial(score: score, enrol: Int32(speakers[pair.enrol]), test: Int32(speakers[pair.test])))
    }
    let targets = trials.count(where: \.isTarget)
    guard targets > 0, targets < trials.count else {
      throw EvaluationError(.oneClass, "\(targets) of \(trials.count) trials are targets: error rates need both kinds")
    }
    guard !trials.contains(where: \.score.isNaN) else { throw EvaluationError(.badValue, "a score is not a number") }
    self.trials = trials.sorted { $0.score < $1.score }
    speakerCount = last + 1
  }

  /// The equal error rate of a replicate, 0 to 1; the same each time.
  package func rate(replicate: Int) -> Double {
    var random = RandomSource(seed: RandomSource.seed(0, UInt64(replicate)))
    while true {
      var drawn = [Double](repeating: 0, count: speakerCount)
      for _ in 0..<speakerCount { drawn[random.below(speakerCount)] += 1 }
      // Without targets or without impostors it has no error rate: others are drawn then.
      if let rate = rate(drawn) { return rate }
    }
  }

  /// Between which of the replicates' rates the middle `share` of them lies.
  package static func interval(_ rates: [Double], share: Double = 0.95) -> ClosedRange<Double> {
    precondition(!rates.isEmpty && (0...1).contains(share), "the middle \(share) of \(rates.count) rates")
    let sorted = rates.sorted()
    let left = Int((Double(sorted.count - 1) * (1 - share) / 2).rounded())
    return sorted[left]...sorted[sorted.count - 1 - left]
  }

  /// How sure it is that the error rate falls by the share `improvement`, 0 to 1: the share of replicates in which
  /// `rates` are lower than `others`, those of the same replicates with another network, by at least so much.
  package static func confidence(_ rates: [Double], over others: [Double], improvement: Double = 0) -> Double {
    precondition(!rates.isEmpty && rates.count == others.count, "\(rates.count) and \(others.count) replicates")
    let better = zip(rates, others).count { $0 < $1 && $0 <= (1 - improvement) * $1 }
    return Double(better) / Double(rates.count)
  }

  /// The equal error rate when each speaker counts so often; nil without targets or impostors.
  func rate(_ drawn: [Double]) -> Double? {
    var totals = (targets: 0.0, impostors: 0.0)
    for trial in trials { Self.count(trial, drawn, &totals) }
    guard totals.targets > 0, totals.impostors > 0 else { return nil }
    var below = DetectionCurve.acceptAll
    var rejected = (targets: 0.0, impostors: 0.0)
    for (index, trial) in trials.enumerated() {
      Self.count(trial, drawn, &rejected)
      // Equal scores make one point.
      if index + 1 < trials.count, trials[index + 1].score == trial.score { continue }
      let point = DetectionCurve.Point(
        threshold: trial.score, missRate: rejected.targets / totals.targets,
        falseAlarmRate: 1 - rejected.impostors / totals.impostors)
      if point.missRate >= point.falseAlarmRate { return DetectionCurve.crossing(below, point) }
      below = point
    }
    return nil
  }

  private static func count(_ trial: Trial, _ drawn: [Double], _ sums: inout (targets: Double, impostors: Double)) {
    let once = drawn[Int(trial.enrol)]
    if trial.isTarget { sums.targets += once } else { sums.impostors += once * drawn[Int(trial.test)] }
  }
}
