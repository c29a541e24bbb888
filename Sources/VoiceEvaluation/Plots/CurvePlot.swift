internal import Glibc

/// Curves over two axes, to be drawn as SVG or PNG.
package struct CurvePlot: Sendable {
  /// An axis: its name, the range that is shown, and the places with a number.
  package struct Axis: Sendable {
    var title: String
    var range: ClosedRange<Double>
    var ticks: [(place: Double, label: String)]

    /// The share of the axis' length at which a value lies.
    func share(_ value: Double) -> Double {
      (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }
  }

  /// A curve.
  package struct Curve: Sendable {
    var name: String
    var colour: PNGImage.Colour
    var points: [(x: Double, y: Double)]
  }

  var title: String
  var horizontal: Axis
  var vertical: Axis
  var curves: [Curve]
  /// A place that is marked, and what it is called.
  var mark: (x: Double, y: Double, label: String)?
}

extension CurvePlot {
  /// Most points of a curve that are drawn: a picture has no more columns.
  private static let mostPoints = 2000

  /// Misses and false alarms against the threshold, the equal error rate marked.
  package static func errorRates(_ curve: DetectionCurve) -> CurvePlot {
    let equal = curve.equalErrorRate()
    return errorRates(curve.points(atMost: mostPoints), equal: (equal.threshold, equal.rate))
  }

  /// Misses and false alarms at some thresholds, ascending, the equal error rate marked.
  package static func errorRates(
    _ points: [DetectionCurve.Point], equal: (threshold: Float, rate: Double)
  ) -> CurvePlot {
    let (low, high) = (Double(points.first?.threshold ?? 0), Double(points.last?.threshold ?? 1))
    let scores = low < high ? low...high : low - 0.5...low + 0.5
    return CurvePlot(
      title: "FNR AND FPR", horizontal: Axis(title: "THRESHOLD", range: scores, ticks: ticks(scores)),
      vertical: Axis(title: "RATE", range: 0...1, ticks: ticks(0...1)),
      curves: [
        Curve(name: "FNR", colour: .blue, points: points.map { (Double($0.threshold), $0.missRate) }),
        Curve(name: "FPR", colour: .red, points: points.map { (Double($0.threshold), $0.falseAlarmRate) }),
      ],
      mark: (Double(equal.threshold), equal.rate, "EER \(percent(equal.rate))"))
  }

  /// Misses against false alarms on axes of the normal deviate (Martin et al. 1997, "The DET curve").
  package static func detectionErrorTradeoff(_ curve: DetectionCurve) -> CurvePlot {
    let shown = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6]
    let ends = (NormalDeviate.of(0.0005), NormalDeviate.of(0.7))
    let ticks = shown.map { (NormalDeviate.of($0), percent($0)) }
    let points = curve.points(atMost: mostPoints).compactMap { point -> (x: Double, y: Double)? in
      guard [point.missRate, point.falseAlarmRate].allSatisfy({ $0 > 0 && $0 < 1 }) else { return nil }
      let (x, y) = (NormalDeviate.of(point.falseAlarmRate), NormalDeviate.of(point.missRate))
      return (ends.0...ends.1).contains(x) && (ends.0...ends.1).contains(y) ? (x, y) : nil
    }
    let equal = min(max(curve.equalErrorRate().rate, 0.0005), 0.7)
    let place = NormalDeviate.of(equal)
    return CurvePlot(
      title: "DET", horizontal: Axis(title: "FALSE ALARMS", range: ends.0...ends.1, ticks: ticks),
      vertical: Axis(title: "MISSES", range: ends.0...ends.1, ticks: ticks),
      curves: [Curve(name: "DET", colour: .blue, points: points)],
      mark: (place, place, "EER \(percent(curve.equalErrorRate().rate))"))
  }

  /// About five round numbers.
  private static func ticks(_ range: ClosedRange<Double>) -> [(place: Double, label: String)] {
    let width = range.upperBound - range.lowerBound
    var step = 1e-6
    for factor in [2, 2.5, 2].cycled() where width / step > 6 { step *= factor }
    let first = Int((range.lowerBound / step).rounded(.up))
    let last = Int((range.upperBound / step).rounded(.down))
    return first > last ? [] : (first...last).map { (Double($0) * step, decimal(Double($0) * step)) }
  }

  private static func decimal(_ value: Double) -> String { "\((value * 1e4).rounded() / 1e4)" }
  private static func percent(_ rate: Double) -> String { "\((rate * 1e4).rounded() / 100)%" }
}

extension [Double] {
  /// The elements, again and again: enough of them for any scale.
  fileprivate func cycled() -> [Double] { (0..<60).map { self[$0 % count] } }
}

/// The inverse of the normal distribution's function.
enum NormalDeviate {
  /// The deviate below which a share lies (Acklam's rational approximation, relative error below 1.2e-9).
  static func of(_ share: Double) -> Double {
    precondition(share > 0 && share < 1, "normal deviate of \(share)")
    let a = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.3577518672690, -30.66479806614716,
      2.506628277459239]
    let b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1]
    let c = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
      2.938163982698783]
    let d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]
    func polynomial(_ terms: [Double], _ x: Double) -> Double { terms.reduce(0) { $0 * x + $1 } }
    switch share {
    case ..<0.02425:
      let q = (-2 * log(share)).squareRoot()
      return polynomial(c, q) / polynomial(d, q)
    case 0.97575...:
      let q = (-2 * log(1 - share)).squareRoot()
      return -polynomial(c, q) / polynomial(d, q)
    default:
      let q = share - 0.5
      return q * polynomial(a, q * q) / polynomial(b, q * q)
    }
  }
}
