// y = tanh x, any shape.
// dx = dy · (1 − y²).

extension Tape {
  /// The hyperbolic tangent.
  package func tanh(_ x: Variable) -> Variable {
    var y = x.value
    y.values.withUnsafeMutableBufferPointer { y in
      guard let base = y.baseAddress else { return }
      VectorKernels.best.tanh(base, base, count: y.count)
    }
    return record(.tanh, [x], y) { [y] dy in
      [y.zip(dy) { $1 * (1 - $0 * $0) }]
    }
  }
}
