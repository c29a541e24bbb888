extension DetectionCurve {
  /// An equal error rate and where it lies.
  package struct EqualErrorRate: Sendable, Hashable {
    /// The rate, 0 to 1.
    package var rate: Double
    /// The score at which it is reached.
    package var threshold: Float
  }

  /// The equal error rate by mvector's interpolation: between the last point with fewer misses than false alarms and
  /// the first of the others.
  package func equalErrorRate() -> EqualErrorRate {
    var below = Self.acceptAll
    for point in self {
      guard point.missRate >= point.falseAlarmRate else {
        below = point
        continue
      }
      return EqualErrorRate(rate: Self.crossing(below, point), threshold: point.threshold)
    }
    preconditionFailure("a curve ends with a point that rejects everything")
  }

  /// Where misses and false alarms are as many, between a point with fewer misses, `x₂`, and one with as many or more,
  /// `x₁`: at `a = (fnr₁−fpr₁) / (fpr₂−fpr₁−(fnr₂−fnr₁))`, `fnr₁ + a·(fnr₂−fnr₁)`.
  static func crossing(_ below: Point, _ point: Point) -> Double {
    let rise = below.missRate - point.missRate
    let part = (point.missRate - point.falseAlarmRate) / (below.falseAlarmRate - point.falseAlarmRate - rise)
    return point.missRate + part * rise
  }

  /// The equal error rate of the curve's convex hull (Brümmer and de Villiers 2013, ROCCH-EER): what the best mixture
  /// of thresholds reaches, at most the interpolated one.
  package func convexHullEqualErrorRate() -> Double {
    var hull: [Point] = [Self.acceptAll]
    for point in self {
      while hull.count >= 2, !Self.turnsLeft(hull[hull.count - 2], hull[hull.count - 1], point) { hull.removeLast() }
      hull.append(point)
    }
    for (left, right) in zip(hull, hull.dropFirst()) where right.missRate >= right.falseAlarmRate {
      let above = left.falseAlarmRate - left.missRate
      let below = right.missRate - right.falseAlarmRate
      return left.missRate + above / (above + below) * (right.missRate - left.missRate)
    }
    preconditionFailure("a hull ends with a point that rejects everything")
  }

  /// Whether the middle point lies strictly below the line from the first to the last, the axes being misses (to the
  /// right) and false alarms (upwards).
  private static func turnsLeft(_ first: Point, _ middle: Point, _ last: Point) -> Bool {
    let one = (middle.missRate - first.missRate) * (last.falseAlarmRate - first.falseAlarmRate)
    let other = (middle.falseAlarmRate - first.falseAlarmRate) * (last.missRate - first.missRate)
    return one - other > 0
  }
}
