@testable import VoiceTensor

let normalizationRows: [GradientCase] = [
  batchNormRow([2, 1, 5, 3], affine: true),
  batchNormRow([1, 3, 3, 4], affine: true),
  batchNormRow([7, 2], affine: false),
  batchNormRow([2, 1, 5, 19], affine: true, relu: true),
  batchNormRow([9, 3], affine: false, relu: true),
  frozenRow([2, 1, 3, 4], affine: true),
  frozenRow([5, 3], affine: false),
  frozenRow([2, 3, 2, 17], affine: true, relu: true),
]

private func parameters(_ channels: Int, _ affine: Bool) -> [[Int]] { affine ? [[channels], [channels]] : [] }

private func normalise(_ x: [Reference], _ index: [Int], mean: Double, variance: Double) -> Double {
  let normalised = (x[0][index] - mean) / (variance + 1e-5).squareRoot()
  return x.count == 1 ? normalised : normalised * x[1].values[index.last!] + x[2].values[index.last!]
}

private func batchNormRow(_ shape: [Int], affine: Bool, relu: Bool = false) -> GradientCase {
  GradientCase(.batchNorm, [shape] + parameters(shape.last!, affine), relu ? "with ReLU" : "") { tape, x in
    tape.batchNorm(x[0], weight: affine ? x[1] : nil, bias: affine ? x[2] : nil, relu: relu).y
  } definition: { x in
    let statistics = (0..<shape.last!).map(x[0].statistics)
    return Reference(shape) { index in
      let y = normalise(x, index, mean: statistics[index.last!].mean, variance: statistics[index.last!].variance)
      return relu ? max(y, 0) : y
    }
  }
}

private func frozenRow(_ shape: [Int], affine: Bool, relu: Bool = false) -> GradientCase {
  let mean = (0..<shape.last!).map { 0.25 * Float($0) - 0.5 }
  let variance = (0..<shape.last!).map { 0.5 + 0.75 * Float($0) }
  let statistics = ChannelStatistics(mean: mean, variance: variance, count: 10)
  return GradientCase(.frozenBatchNorm, [shape] + parameters(shape.last!, affine), relu ? "with ReLU" : "") { tape, x in
    tape.frozenBatchNorm(
      x[0], weight: affine ? x[1] : nil, bias: affine ? x[2] : nil, statistics: statistics, relu: relu)
  } definition: { x in
    Reference(shape) { index in
      let y = normalise(x, index, mean: Double(mean[index.last!]), variance: Double(variance[index.last!]))
      return relu ? max(y, 0) : y
    }
  }
}
