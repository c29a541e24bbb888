internal import Glibc

// In the column of the label c becomes φ(c) = cos(acos c + m) = c · cos m − √(1 − c²) · sin m; the others stay.
// Where the angle would pass π: c − (1 + cos(π − m)) for c ≤ cos(π − m); "easy" instead keeps c for c ≤ 0
// (Deng et al., "ArcFace", CVPR 2019).
//
// c [rows, classes]
// dφ/dc = cos m + c / √(1 − c²) · sin m. mvector takes the root as it is: for |c| = 1 to rounding its loss or gradient
// is NaN. Here 1 − c² is at least 1e-12, and equal to mvector wherever that is finite.

/// An angle that is added.
package struct AngularMargin: Sendable, Hashable {
  /// The angle in rad.
  package var margin: Double
  /// Whether angles beyond a right one keep their cosine.
  package var isEasy: Bool

  /// A margin in rad.
  package init(margin: Double, isEasy: Bool = false) {
    self.margin = margin
    self.isEasy = isEasy
  }

  /// φ(c) and its derivative.
  package func value(_ c: Double) -> (value: Double, slope: Double) {
    let (cosine, sine) = (cos(margin), sin(margin))
    if isEasy ? c <= 0 : c <= cos(.pi - margin) { return isEasy ? (c, 1) : (c - (1 + cos(.pi - margin)), 1) }
    let square = 1 - c * c
    let root = max(square, 1e-12).squareRoot()
    return (c * cosine - root * sine, cosine + (square > 1e-12 ? c / root * sine : 0))
  }
}

extension Tape {
  /// Cosines with an angle added to that of each row's label.
  package func angularMargin(_ cosines: Variable, labels: [Int], _ margin: AngularMargin) -> Variable {
    let classes = cosines.value.channels
    precondition(labels.count == cosines.value.pixels, "angular margin: \(labels.count) labels for \(cosines.shape)")
    var y = cosines.value
    var slopes: [Float] = []
    for (row, label) in labels.enumerated() {
      let (value, slope) = margin.value(Double(y.values[row * classes + label]))
      y.values[row * classes + label] = Float(value)
      slopes.append(Float(slope))
    }
    return record(.angularMargin, [cosines], y) { [slopes] dy in
      var dx = dy
      for (row, label) in labels.enumerated() { dx.values[row * classes + label] *= slopes[row] }
      return [dx]
    }
  }
}
