import Testing
import VoiceEvaluation

@Suite("Error rates and costs")
struct MetricsTests {
  private func curve(targets: [Float], impostors: [Float]) throws -> DetectionCurve {
    var scores = TrialScores()
    for score in targets { scores.add(score, isTarget: true) }
    for score in impostors { scores.add(score, isTarget: false) }
    return try DetectionCurve(scores)
  }

  @Test("A verifier that is always right has no errors; one that is always wrong has nothing else")
  func extremes() throws {
    let right = try curve(targets: [0.8, 0.9], impostors: [0.1, 0.2, 0.3])
    #expect(right.equalErrorRate().rate == 0)
    #expect(right.equalErrorRate().threshold == 0.3)
    #expect(right.convexHullEqualErrorRate() == 0)
    #expect(right.minimumCost() == 0)
    let wrong = try curve(targets: [0.1, 0.2], impostors: [0.8, 0.9])
    #expect(wrong.equalErrorRate().rate == 1)
    #expect(wrong.convexHullEqualErrorRate() == 0.5)
    #expect(wrong.minimumCost() == 1)
  }

  @Test("A small case by hand")
  func byHand() throws {
    // Ascending: i t i i i t t t. After the fourth score a quarter of the targets is rejected and a quarter of the
    // impostors accepted.
    let curve = try curve(targets: [0.2, 0.5, 0.6, 0.7], impostors: [0.1, 0.3, 0.35, 0.4])
    #expect(curve.map(\.threshold) == [0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7])
    #expect(curve.equalErrorRate().rate == 0.25)
    #expect(curve.equalErrorRate().threshold == 0.35)
    // The hull goes straight from (0, 3/4) to (1/4, 0): it meets the diagonal at 3/16.
    #expect(curve.convexHullEqualErrorRate() == 0.1875)
    // Rejecting the lowest five costs a quarter of the targets and no impostor.
    #expect(abs(curve.minimumCost() - 0.25) < 1e-15)
  }

  @Test("No threshold parts equal scores, whatever their order")
  func ties() throws {
    let curve = try curve(targets: [0.5, 0.5, 0.7], impostors: [0.5, 0.5, 0.5, 0.1])
    #expect(curve.map(\.threshold) == [0.1, 0.5, 0.7])
    let all = try self.curve(targets: [0.5, 0.5], impostors: [0.5])
    #expect(all.equalErrorRate().rate == 0.5)
    #expect(all.convexHullEqualErrorRate() == 0.5)
    #expect(all.minimumCost() == 1)
  }

  @Test("The cost depends on prior and costs; not listening at all costs 1 at every prior")
  func costs() throws {
    let curve = try curve(targets: [0.2, 0.5, 0.6, 0.9], impostors: [0.1, 0.3, 0.4, 0.55])
    for prior in [0.001, 0.01, 0.5, 0.99, 0.999] {
      #expect(curve.minimumCost(try DetectionCost(targetPrior: prior)) <= 1)
    }
    // At equal priors and costs: rejecting up to 0.4 leaves 1/4 misses and 1/4 false alarms.
    #expect(abs(curve.minimumCost(try DetectionCost(targetPrior: 0.5)) - 0.5) < 1e-15)
    let dear = try DetectionCost(targetPrior: 0.5, missCost: 1, falseAlarmCost: 100)
    #expect(abs(curve.minimumCost(dear) - 0.5) < 1e-15)
    #expect(throws: EvaluationError.self) { try DetectionCost(targetPrior: 0) }
    #expect(throws: EvaluationError.self) { try DetectionCost(targetPrior: .nan) }
    #expect(throws: EvaluationError.self) { try DetectionCost(targetPrior: 0.1, missCost: 0) }
  }

  @Test("Trials of one kind, none at all, and scores that are no numbers are refused")
  func refusals() {
    for (targets, impostors) in [([], []), ([0.5], []), ([], [0.5])] as [([Float], [Float])] {
      let error = #expect(throws: EvaluationError.self) { try curve(targets: targets, impostors: impostors) }
      #expect(error?.code == .oneClass)
    }
    let error = #expect(throws: EvaluationError.self) { try curve(targets: [.nan], impostors: [1]) }
    #expect(error?.code == .badValue)
  }

  @Test("The hull is never above the interpolated rate, and shifting the scores shifts the threshold alone")
  func properties() throws {
    var random = SystemRandomNumberGenerator()
    let targets = (0..<500).map { _ in Float.random(in: 0...1, using: &random) }
    let impostors = (0..<2000).map { _ in Float.random(in: -0.5...0.6, using: &random) }
    let one = try curve(targets: targets, impostors: impostors)
    #expect(one.convexHullEqualErrorRate() <= one.equalErrorRate().rate + 1e-12)
    let other = try curve(targets: targets.map { $0 * 2 }, impostors: impostors.map { $0 * 2 })
    #expect(other.equalErrorRate().rate == one.equalErrorRate().rate)
    #expect(other.equalErrorRate().threshold == one.equalErrorRate().threshold * 2)
  }
}

@Suite("Thresholds for rates of false acceptances")
struct OperatingPointTests {
  /// Impostors at 0, 0.001, … and targets half a step above each hundredth of them.
  private func curve(impostors: Int) throws -> DetectionCurve {
    var scores = TrialScores()
    for index in 0..<impostors { scores.add(Float(index) / 1000, isTarget: false) }
    for index in 0..<10 { scores.add(Float(index * impostors / 10) / 1000 + 0.0005, isTarget: true) }
    return try DetectionCurve(scores)
  }

  @Test("The threshold accepts as many impostors as the rate allows, and no score below it would do")
  func rate() throws {
    let point = try #require(try curve(impostors: 1000).operatingPoint(falseAcceptRate: 0.1))
    // The hundred highest, from 0.900 on, are accepted; of the targets the nine below that are rejected.
    #expect(point.threshold > 0.899 && point.threshold <= 0.9)
    #expect(point.falseAcceptRate == 0.1 && abs(point.falseRejectRate - 0.9) < 1e-12)
  }

  @Test("A rate that too few impostors tell is left out")
  func fewTrials() throws {
    #expect(try curve(impostors: 299).operatingPoints().isEmpty)
    #expect(try curve(impostors: 300).operatingPoints().map(\.falseAcceptRate) == [0.1])
    #expect(try curve(impostors: 30_000).operatingPoints().map(\.falseAcceptRate) == [0.1, 0.01, 0.001])
  }
}
