internal import Glibc

// L = mean over rows of [λ softplus(−p_y) + (1 − λ) Σ_{j≠y} softplus(n_j)], g(z) = 2 ((z + 1) / 2)ᵗ − 1
// (Wen et al., "SphereFace2: binary classification is all you need for deep face recognition", ICLR 2022; as mvector).
//   type C: p = s (g(c) − m) + b, n = s (g(c) + m) + b
//   type A: p = s g(φ(c)) + b, n = s g(cos(acos c − m)) + b, φ the additive angular margin
//
// c [rows, classes] · b [1] · L a scalar
// softplus(x) = log(1 + eˣ) is computed as max(x, 0) + log1p(e^−|x|): mvector's form overflows for s ≳ 74.

/// How a binary margin is drawn.
package struct SphereFace2Margin: Sendable, Hashable {
  /// Where the margin is added.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// To the angle.
    case angle = "A"
    /// To the cosine.
    case cosine = "C"
  }

  /// Where the margin is added.
  package var kind: Kind
  /// The margin m.
  package var margin: Double
  /// The scale s.
  package var scale: Double
  /// Weight λ of the own speaker against the others.
  package var balance: Double
  /// The exponent t.
  package var exponent: Double

  /// A margin with mvector's defaults.
  package init(
    kind: Kind = .cosine, margin: Double = 0.2, scale: Double = 32, balance: Double = 0.7, exponent: Double = 3
  ) {
    (self.kind, self.margin, self.scale, self.balance, self.exponent) = (kind, margin, scale, balance, exponent)
  }

  private func stretched(_ z: Double) -> (value: Double, slope: Double) {
    // The penalty of the angular margin and rounding lead below 0, where only whole powers are.
    let isWhole = exponent == exponent.rounded()
    let half = isWhole ? (z + 1) / 2 : max((z + 1) / 2, 0)
    return (2 * pow(half, exponent) - 1, exponent * pow(half, exponent - 1))
  }

  /// The term of one cosine before the bias, s · (…), and its derivative.
  fileprivate func term(_ c: Double, isOwn: Bool) -> (value: Double, slope: Double) {
    switch kind {
    case .cosine:
      let (value, slope) = stretched(c)
      return (scale * (value + (isOwn ? -margin : margin)), scale * slope)
    case .angle:
      let moved: (value: Double, slope: Double)
      if isOwn {
        moved = AngularMargin(margin: margin).value(c)
      } else {
        let square = 1 - c * c
        let root = max(square, 1e-12).squareRoot()
        moved = (
          c * cos(margin) + root * sin(margin), cos(margin) - (square > 1e-12 ? c / root * sin(margin) : 0)
        )
      }
      let (value, slope) = stretched(moved.value)
      return (scale * value, scale * slope * moved.slope)
    }
  }
}

extension Tape {
  /// The loss of cosines `[rows, classes]`, with a bias `[1]` that is learnt.
  package func sphereFace2(
    _ cosines: Variable, bias: Variable, labels: [Int], _ margin: SphereFace2Margin
  ) -> Variable {
    let (rows, classes) = (cosines.value.pixels, cosines.value.channels)
    precondition(labels.count == rows && bias.shape == [1], "SphereFace2: \(labels.count) labels, \(cosines.shape)")
    let offset = Double(bias.value.values[0])
    var loss = 0.0
    var dCosines = Tensor(zeros: cosines.shape)
    var dBias = 0.0
    for row in 0..<rows {
      for column in 0..<classes {
        let isOwn = labels[row] == column
        let (value, slope) = margin.term(Double(cosines.value.values[row * classes + column]), isOwn: isOwn)
        let (weight, sign) = isOwn ? (margin.balance, -1.0) : (1 - margin.balance, 1.0)
        let x = sign * (value + offset)
        loss += weight * (max(x, 0) + log1p(exp(-abs(x))))
        // softplus′ is the logistic function.
        let outer = weight * sign / (1 + exp(-x)) / Double(rows)
        dCosines.values[row * classes + column] = Float(outer * slope)
        dBias += outer
      }
    }
    let value = Tensor(shape: [], values: [Float(loss / Double(rows))])
    return record(.sphereFace2, [cosines, bias], value) { [dCosines, dBias] dy in
      [dCosines.map { $0 * dy.values[0] }, Tensor(shape: [1], values: [Float(dBias) * dy.values[0]])]
    }
  }
}
