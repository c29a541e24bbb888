// y = x · σ(x), σ(x) = 1 / (1 + e⁻ˣ), any shape (Elfwing et al. 2017).
// dx = dy · (σ + y · (1 − σ)).

extension Tape {
  /// The sigmoid-weighted linear unit, "swish".
  package func silu(_ x: Variable) -> Variable {
    var sigmoid = x.value
    sigmoid.values.withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      VectorKernels.best.sigmoid(base, base, count: values.count)
    }
    let y = x.value.zip(sigmoid, *)
    return record(.silu, [x], y) { [y, sigmoid] dy in
      [dy.zip(sigmoid.zip(y) { $0 + $1 * (1 - $0) }, *)]
    }
  }
}
