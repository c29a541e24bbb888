/// What a verifier that accepts scores above a threshold gets wrong, at every threshold: the miss rate (false
/// rejections of targets) against the false alarm rate (false acceptances of impostors).
///
/// Iterating gives a point for each distinct score, ascending: it rejects that score and all below, as in mvector.
/// Equal scores make one point, as no threshold parts them. Memory is linear in the trials, time O(n log n).
package struct DetectionCurve: Sendable, Sequence {
  /// The rates at one threshold.
  package struct Point: Sendable, Hashable {
    /// The highest score that is rejected; -∞ accepts everything.
    package var threshold: Float
    /// Share of targets that are rejected.
    package var missRate: Double
    /// Share of impostors that are accepted.
    package var falseAlarmRate: Double

    /// A point of its parts.
    package init(threshold: Float, missRate: Double, falseAlarmRate: Double) {
      (self.threshold, self.missRate, self.falseAlarmRate) = (threshold, missRate, falseAlarmRate)
    }
  }

  private let targets: [Float]
  private let impostors: [Float]

  /// The point that accepts everything; it is not among those of the iteration.
  package static let acceptAll = Point(threshold: -.infinity, missRate: 0, falseAlarmRate: 1)

  /// Sorts the scores. Throws `oneClass` without targets or without impostors, `badValue` for a NaN.
  package init(_ scores: TrialScores) throws(EvaluationError) {
    guard !scores.targets.isEmpty, !scores.impostors.isEmpty else {
      throw EvaluationError(
        .oneClass,
        "\(scores.targets.count) target and \(scores.impostors.count) impostor trials: error rates need both kinds")
    }
    guard !scores.targets.contains(where: \.isNaN), !scores.impostors.contains(where: \.isNaN) else {
      throw EvaluationError(.badValue, "a score is not a number")
    }
    targets = scores.targets.sorted()
    impostors = scores.impostors.sorted()
  }

  /// Number of target trials.
  package var targetCount: Int { targets.count }
  /// Number of impostor trials.
  package var impostorCount: Int { impostors.count }

  /// At most so many of the points (2 or more), evenly from the first to the last: for a picture.
  package func points(atMost most: Int) -> [Point] {
    precondition(most > 1, "a curve has at least its ends")
    let step = Swift.max(1, (targetCount + impostorCount + most - 2) / (most - 1))
    var points: [Point] = []
    var last: Point?
    for (index, point) in enumerated() {
      if index.isMultiple(of: step) { points.append(point) }
      last = point
    }
    if let last, points.last != last { points.append(last) }
    return points
  }

  /// Walks the points from the lowest threshold to the highest, which rejects everything.
  package struct Iterator: IteratorProtocol {
    fileprivate let curve: DetectionCurve
    fileprivate var rejectedTargets = 0
    fileprivate var rejectedImpostors = 0

    package mutating func next() -> Point? {
      let (targets, impostors) = (curve.targets, curve.impostors)
      let target = rejectedTargets < targets.count ? targets[rejectedTargets] : nil
      let impostor = rejectedImpostors < impostors.count ? impostors[rejectedImpostors] : nil
      let score: Float
      switch (target, impostor) {
      case (let target?, let impostor?): score = Swift.min(target, impostor)
      case (let last?, nil), (nil, let last?): score = last
      case (nil, nil): return nil
      }
      while rejectedTargets < targets.count, targets[rejectedTargets] == score { rejectedTargets += 1 }
      while rejectedImpostors < impostors.count, impostors[rejectedImpostors] == score { rejectedImpostors += 1 }
      return Point(
        threshold: score, missRate: Double(rejectedTargets) / Double(targets.count),
        falseAlarmRate: 1 - Double(rejectedImpostors) / Double(impostors.count))
    }
  }

  package func makeIterator() -> Iterator { Iterator(curve: self) }
}
