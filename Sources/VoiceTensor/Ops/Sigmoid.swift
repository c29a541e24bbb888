// y = 1 / (1 + e⁻ˣ), any shape.
// dx = dy · y · (1 − y).

extension Tape {
  /// The logistic function.
  package func sigmoid(_ x: Variable) -> Variable {
    var y = x.value
    y.values.withUnsafeMutableBufferPointer { y in
      guard let base = y.baseAddress else { return }
      VectorKernels.best.sigmoid(base, base, count: y.count)
    }
    return record(.sigmoid, [x], y) { [y] dy in
      [y.zip(dy) { $1 * $0 * (1 - $0) }]
    }
  }
}
