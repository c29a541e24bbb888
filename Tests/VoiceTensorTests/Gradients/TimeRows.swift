@testable import VoiceTensor

let timeRows: [GradientCase] = [
  GradientCase(.add, [[3, 5], [3, 5]], "of one shape") { tape, x in
    tape.add(x[0], x[1])
  } definition: { x in Reference([3, 5]) { x[0][$0] + x[1][$0] } },
  GradientCase(.add, [[3, 5]], "to itself") { tape, x in
    tape.add(x[0], x[0])
  } definition: { x in x[0].map { 2 * $0 } },
  broadcastRow(.add, [2, 3, 7, 5], length: 3),
  broadcastRow(.add, [1, 1, 4, 1], length: 4),
  GradientCase(.multiply, [[3, 5], [3, 5]], "of one shape") { tape, x in
    tape.multiply(x[0], x[1])
  } definition: { x in Reference([3, 5]) { x[0][$0] * x[1][$0] } },
  broadcastRow(.multiply, [2, 2, 7, 3], length: 3),
  broadcastRow(.multiply, [1, 1, 4, 5], length: 100),
  segmentMeanRow([2, 3, 7, 5], length: 3),
  segmentMeanRow([1, 1, 6, 4], length: 2),
  segmentMeanRow([2, 1, 5, 3], length: 100),
  statisticsRow([2, 1, 9, 5]),
  statisticsRow([1, 3, 2, 4]),
]

private func short(_ shape: [Int], _ length: Int) -> [Int] {
  [shape[0], shape[1], (shape[2] + length - 1) / length, shape[3]]
}

private func broadcastRow(_ kind: OpKind, _ shape: [Int], length: Int) -> GradientCase {
  GradientCase(kind, [shape, short(shape, length)], "in segments of \(length)") { tape, x in
    kind == .add ? tape.add(x[0], x[1], segmentLength: length) : tape.multiply(x[0], x[1], segmentLength: length)
  } definition: { x in
    Reference(shape) { index in
      let other = x[1][[index[0], index[1], index[2] / length, index[3]]]
      return kind == .add ? x[0][index] + other : x[0][index] * other
    }
  }
}

private func segmentMeanRow(_ shape: [Int], length: Int) -> GradientCase {
  GradientCase(.segmentMean, [shape], "in segments of \(length)") { tape, x in
    tape.segmentMean(x[0], length: length)
  } definition: { x in
    Reference(short(shape, length)) { index in
      let frames = index[2] * length..<min((index[2] + 1) * length, shape[2])
      return frames.reduce(0) { $0 + x[0][[index[0], index[1], $1, index[3]]] } / Double(frames.count)
    }
  }
}

private func statisticsRow(_ shape: [Int]) -> GradientCase {
  GradientCase(.statisticsPooling, [shape]) { tape, x in
    tape.statisticsPooling(x[0])
  } definition: { x in
    Reference([shape[0], shape[1], 1, 2 * shape[3]]) { index in
      let values = (0..<shape[2]).map { x[0][[index[0], index[1], $0, index[3] % shape[3]]] }
      let mean = values.reduce(0, +) / Double(values.count)
      if index[3] < shape[3] { return mean }
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }
  }
}
