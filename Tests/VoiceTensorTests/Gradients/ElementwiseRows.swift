import Foundation

@testable import VoiceTensor

let elementwiseRows: [GradientCase] = [
  GradientCase(.relu, [[3, 7]]) { tape, x in tape.relu(x[0]) } definition: { x in x[0].map { max($0, 0) } },
  GradientCase(.clamp, [[5, 7]]) { tape, x in
    tape.clamp(x[0], upTo: 0.5)
  } definition: { x in x[0].map { min(max($0, 0), 0.5) } },
  GradientCase(.sigmoid, [[2, 1, 5, 3]]) { tape, x in
    tape.sigmoid(x[0])
  } definition: { x in x[0].map { 1 / (1 + exp(-$0)) } },
  GradientCase(.tanh, [[37]]) { tape, x in tape.tanh(x[0]) } definition: { x in x[0].map { tanh($0) } },
  GradientCase(.silu, [[3, 11]]) { tape, x in tape.silu(x[0]) } definition: { x in x[0].map { $0 / (1 + exp(-$0)) } },
  GradientCase(.fuse, [[2, 3, 4], [2, 3, 4], [2, 3, 4]]) { tape, x in
    tape.fuse(x[0], x[1], by: x[2])
  } definition: { x in Reference([2, 3, 4]) { x[0][$0] * (1 + x[2][$0]) + x[1][$0] * (1 - x[2][$0]) } },
  GradientCase(.sum, [[2, 3, 5]]) { tape, x in
    tape.sum(x[0])
  } definition: { x in Reference(shape: [], values: [x[0].values.reduce(0, +)]) },
  softmaxRow([4, 9], axis: 1),
  softmaxRow([2, 1, 5, 3], axis: 2),
  softmaxRow([1, 1], axis: 0, note: "of one value", scale: 3),
]

/// A softmax over a single value has no slope, so that row goes through a product with its input.
private func softmaxRow(_ shape: [Int], axis: Int, note: String = "", scale: Double? = nil) -> GradientCase {
  GradientCase(.softmax, [shape], "axis \(axis) \(note)") { tape, x in
    let y = tape.softmax(x[0], axis: axis)
    return scale == nil ? y : tape.multiply(y, x[0])
  } definition: { x in
    let lines = { (index: [Int]) in
      (0..<shape[axis]).map { position in
        var index = index
        index[axis] = position
        return exp(x[0][index])
      }
    }
    return Reference(shape) { index in
      let y = exp(x[0][index]) / lines(index).reduce(0, +)
      return scale == nil ? y : y * x[0][index]
    }
  }
}
