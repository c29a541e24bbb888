import Foundation

@testable import VoiceTensor

let lossRows: [GradientCase] = [
  GradientCase(.affine, [[3, 5]]) { tape, x in
    tape.affine(x[0], factor: -2.5, offset: Tensor(shape: [3, 5], values: (0..<15).map(Float.init)))
  } definition: { x in Reference(shape: [3, 5], values: x[0].values.enumerated().map { -2.5 * $1 + Double($0) }) },
  GradientCase(.normalizeRows, [[4, 7]]) { tape, x in
    tape.normalizeRows(x[0])
  } definition: { x in normalized(x[0]) },
  GradientCase(.normalizeRows, [[1, 1, 3, 2]]) { tape, x in
    tape.normalizeRows(x[0])
  } definition: { x in normalized(x[0]) },
  crossEntropyRow([5, 7], labels: [0, 6, 3, 3, 1], smoothing: 0),
  crossEntropyRow([1, 4], labels: [2], smoothing: 0.1),
  marginRow(margin: 0.2, isEasy: false),
  marginRow(margin: 0.6, isEasy: true),
  // The hard form bends at cos(π − 1.2), which some of the values pass.
  marginRow(margin: 1.2, isEasy: false),
  sphereRow(SphereFace2Margin()),
  sphereRow(SphereFace2Margin(kind: .angle, margin: 0.15, scale: 4)),
  sphereRow(SphereFace2Margin(margin: 0.2, scale: 30, balance: 0.5, exponent: 2)),
  sphereRow(SphereFace2Margin(kind: .angle, margin: 1.2, scale: 4)),
  tripletRow(TripletMargin()),
  tripletRow(TripletMargin(margin: 0.3, absoluteWeight: 0)),
]

private func normalized(_ x: Reference) -> Reference {
  let channels = x.shape.last!
  let lengths = stride(from: 0, to: x.values.count, by: channels).map { row in
    x.values[row..<row + channels].reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
  return Reference(shape: x.shape, values: x.values.enumerated().map { $1 / lengths[$0 / channels] })
}

private func crossEntropyRow(_ shape: [Int], labels: [Int], smoothing: Double) -> GradientCase {
  GradientCase(.crossEntropy, [shape], "smoothed by \(smoothing)") { tape, x in
    tape.crossEntropy(x[0], labels: labels, smoothing: smoothing)
  } definition: { x in
    var loss = 0.0
    for (row, label) in labels.enumerated() {
      let logits = (0..<shape[1]).map { x[0][[row, $0]] }
      let sum = logits.reduce(0) { $0 + exp($1) }
      for (column, logit) in logits.enumerated() {
        let target = (column == label ? 1 - smoothing : 0) + smoothing / Double(shape[1])
        loss -= target * log(exp(logit) / sum) / Double(labels.count)
      }
    }
    return Reference(shape: [], values: [loss])
  }
}

private func marginRow(margin: Double, isEasy: Bool) -> GradientCase {
  let labels = [2, 0, 4, 1, 1, 3]
  return GradientCase(.angularMargin, [[6, 5]], "\(margin) \(isEasy)") { tape, x in
    tape.angularMargin(x[0], labels: labels, AngularMargin(margin: margin, isEasy: isEasy))
  } definition: { x in
    Reference([6, 5]) { at in
      let c = x[0][at]
      guard labels[at[0]] == at[1] else { return c }
      if isEasy { return c > 0 ? cos(acos(c) + margin) : c }
      return c > cos(.pi - margin) ? cos(acos(c) + margin) : c - (1 + cos(.pi - margin))
    }
  }
}

private func sphereRow(_ margin: SphereFace2Margin) -> GradientCase {
  let labels = [1, 3, 0]
  return GradientCase(.sphereFace2, [[3, 4], [1]], "\(margin)") { tape, x in
    tape.sphereFace2(x[0], bias: x[1], labels: labels, margin)
  } definition: { x in
    let g = { (z: Double) in 2 * pow((z + 1) / 2, margin.exponent) - 1 }
    var loss = 0.0
    for (row, label) in labels.enumerated() {
      for column in 0..<4 {
        let c = x[0][[row, column]]
        let isOwn = column == label
        let moved: Double
        switch margin.kind {
        case .cosine: moved = g(c) + (isOwn ? -margin.margin : margin.margin)
        case .angle where isOwn && c <= cos(.pi - margin.margin): moved = g(c - (1 + cos(.pi - margin.margin)))
        case .angle: moved = g(cos(acos(c) + (isOwn ? margin.margin : -margin.margin)))
        }
        let logit = margin.scale * moved + x[1].values[0]
        loss += isOwn ? margin.balance * log(1 + exp(-logit)) : (1 - margin.balance) * log(1 + exp(logit))
      }
    }
    return Reference(shape: [], values: [loss / 3])
  }
}

private func tripletRow(_ margin: TripletMargin) -> GradientCase {
  let labels = [0, 1, 0, 2, 1, 2]
  return GradientCase(.tripletMargin, [[6, 6]], "\(margin)") { tape, x in
    tape.tripletMargin(x[0], labels: labels, margin)
  } definition: { x in
    var loss = 0.0
    for anchor in 0..<6 {
      let own = (0..<6).filter { labels[$0] == labels[anchor] }.map { x[0][[anchor, $0]] }.min()!
      let other = (0..<6).filter { labels[$0] != labels[anchor] }.map { x[0][[anchor, $0]] }.max()!
      loss += max(0, other - own + margin.margin)
      let excess = other - margin.othersAtMost
      loss += margin.absoluteWeight * (max(0, margin.ownAtLeast - own) + (excess > 0 ? excess : 1))
    }
    return Reference(shape: [], values: [loss / 6])
  }
}
