// y_i = e^(x_i − m) / Σ_j e^(x_j − m) along one axis, m = max x_j.
//
// x, y any shape.
// dx = y · (dy − Σ_j dy_j y_j).

extension Tape {
  /// The softmax along an axis.
  package func softmax(_ x: Variable, axis: Int) -> Variable {
    precondition(x.shape.indices.contains(axis), "softmax: axis \(axis) of \(x.shape)")
    let lines = AxisLines(x.shape, axis: axis)
    var y = x.value
    lines.forEach { line in
      let top = line.reduce(-Float.infinity) { max($0, x.value.values[$1]) }
      for index in line { y.values[index] = x.value.values[index] - top }
    }
    y.values.withUnsafeMutableBufferPointer { y in
      guard let base = y.baseAddress else { return }
      VectorKernels.best.exp(base, base, count: y.count)
    }
    lines.forEach { line in
      let sum = line.reduce(Float(0)) { $0 + y.values[$1] }
      for index in line { y.values[index] /= sum }
    }

    return record(.softmax, [x], y) { [y] dy in
      var dx = dy
      lines.forEach { line in
        let dot = line.reduce(Float(0)) { $0 + dy.values[$1] * y.values[$1] }
        for index in line { dx.values[index] = y.values[index] * (dy.values[index] - dot) }
      }
      return [dx]
    }
  }
}

/// The index lines of a tensor along one axis.
private struct AxisLines {
  private let outer: Int
  private let length: Int
  private let inner: Int

  init(_ shape: [Int], axis: Int) {
    outer = shape[..<axis].reduce(1, *)
    length = shape[axis]
    inner = shape[(axis + 1)...].reduce(1, *)
  }

  func forEach(_ body: (StrideTo<Int>) -> Void) {
    for block in 0..<outer {
      for offset in 0..<inner {
        let first = block * length * inner + offset
        body(stride(from: first, to: first + length * inner, by: inner))
      }
    }
  }
}
