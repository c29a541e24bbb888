import Foundation

@testable import VoiceTensor

let poolingRows: [GradientCase] = [
  poolRow(.maximum, [2, 5, 7, 3], kernel: [3, 3], stride: [2, 2], padding: [1, 1]),
  poolRow(.maximum, [1, 1, 6, 5], kernel: [1, 6], stride: [1, 1], padding: [0, 0]),
  poolRow(.average, [2, 5, 7, 3], kernel: [3, 3], stride: [2, 2], padding: [1, 1]),
  poolRow(.average, [1, 4, 5, 2], kernel: [3, 3], stride: [1, 1], padding: [1, 1]),
  poolRow(.average, [1, 6, 5, 4], kernel: [2, 2], stride: [2, 2], padding: [0, 0]),
  GradientCase(.pool, [[2, 3, 5, 2]], "over time") { tape, x in
    tape.maxOverTime(x[0])
  } definition: { x in
    Reference([2, 3, 1, 2]) { at in (0..<5).map { x[0][[at[0], at[1], $0, at[3]]] }.max()! }
  },
  reflectRow([2, 2, 5, 3], by: 4),
  reflectRow([1, 1, 9, 2], by: 1),
  reflectRow([1, 1, 1, 3], by: 0),
  spreadRow(.variance, [2, 2, 7, 3]) { $0 },
  spreadRow(.offsetDeviation(1e-8), [1, 3, 2, 4]) { ($0 + 1e-8).squareRoot() },
  spreadRow(.offsetDeviation(0.5), [2, 1, 9, 1]) { ($0 + 0.5).squareRoot() },
  spreadRow(.populationDeviation(floor: 1e-12), [2, 2, 6, 3]) { ($0 * 5 / 6).squareRoot() },
  spreadRow(.populationDeviation(floor: 100), [1, 1, 4, 3]) { _ in 10 },
  attentiveRow([2, 1, 7, 5], floor: 1e-9),
  attentiveRow([1, 3, 2, 3], floor: 1e-9),
  attentiveRow([2, 1, 5, 2], floor: 4),
]

private func poolRow(
  _ kind: PoolingShape.Kind, _ shape: [Int], kernel: [Int], stride: [Int], padding: [Int]
) -> GradientCase {
  let pooling = PoolingShape(
    kind, kernel: Extent(height: kernel[0], width: kernel[1]), stride: Extent(height: stride[0], width: stride[1]),
    padding: Extent(height: padding[0], width: padding[1]))
  return GradientCase(.pool, [shape], "\(kind) \(kernel) \(stride) \(padding)") { tape, x in
    tape.pool(x[0], pooling)
  } definition: { x in windowed(x[0], pooling) }
}

/// The definition of a pooling, window by window.
private func windowed(_ x: Reference, _ pooling: PoolingShape) -> Reference {
  let (kernel, stride, padding, shape) = (pooling.kernel, pooling.stride, pooling.padding, x.shape)
  let height: Int = (shape[1] + 2 * padding[0] - kernel[0]) / stride[0] + 1
  let width: Int = (shape[2] + 2 * padding[1] - kernel[1]) / stride[1] + 1
  return Reference([shape[0], height, width, shape[3]]) { (at: [Int]) -> Double in
    var values: [Double] = []
    for k in 0..<kernel[0] {
      for l in 0..<kernel[1] {
        let row: Int = at[1] * stride[0] + k - padding[0]
        let column: Int = at[2] * stride[1] + l - padding[1]
        let isInside = (0..<shape[1]).contains(row) && (0..<shape[2]).contains(column)
        if isInside || pooling.kind == .average { values.append(x.padded([at[0], row, column, at[3]])) }
      }
    }
    return pooling.kind == .maximum ? values.max()! : values.reduce(0, +) / Double(values.count)
  }
}

private func reflectRow(_ shape: [Int], by frames: Int) -> GradientCase {
  GradientCase(.reflect, [shape], "by \(frames)") { tape, x in
    tape.reflect(x[0], by: frames)
  } definition: { x in
    Reference([shape[0], shape[1], shape[2] + 2 * frames, shape[3]]) { at in
      // A ball that bounces between the walls.
      var frame = at[2] - frames
      while !(0..<shape[2]).contains(frame) { frame = frame < 0 ? -frame : 2 * (shape[2] - 1) - frame }
      return x[0][[at[0], at[1], frame, at[3]]]
    }
  }
}

private func spreadRow(
  _ spread: Spread, _ shape: [Int], _ ofUnbiasedVariance: @escaping @Sendable (Double) -> Double
) -> GradientCase {
  GradientCase(.statisticsPooling, [shape], "\(spread)") { tape, x in
    tape.statisticsPooling(x[0], spread)
  } definition: { x in
    Reference([shape[0], shape[1], 1, 2 * shape[3]]) { at in
      let values = (0..<shape[2]).map { x[0][[at[0], at[1], $0, at[3] % shape[3]]] }
      let mean = values.reduce(0, +) / Double(values.count)
      if at[3] < shape[3] { return mean }
      return ofUnbiasedVariance(
        values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1))
    }
  }
}

private func attentiveRow(_ shape: [Int], floor: Double) -> GradientCase {
  GradientCase(.attentiveStatistics, [shape, shape], "floor \(floor)") { tape, x in
    tape.attentiveStatistics(x[0], scores: x[1], floor: Float(floor))
  } definition: { x in
    Reference([shape[0], shape[1], 1, 2 * shape[3]]) { at in
      let column = (0..<shape[2]).map { [at[0], at[1], $0, at[3] % shape[3]] }
      let weights = column.map { exp(x[1][$0]) }
      let sum = weights.reduce(0, +)
      let mean = zip(column, weights).reduce(0) { $0 + x[0][$1.0] * $1.1 / sum }
      if at[3] < shape[3] { return mean }
      let variance = zip(column, weights).reduce(0) { $0 + (x[0][$1.0] - mean) * (x[0][$1.0] - mean) * $1.1 / sum }
      return max(variance, floor).squareRoot()
    }
  }
}
