// y = Σ x over all values, a scalar; summed in double precision.
// dx = dy everywhere.

extension Tape {
  /// The sum of all values.
  package func sum(_ x: Variable) -> Variable {
    let sum = x.value.values.reduce(0.0) { $0 + Double($1) }
    let shape = x.shape
    return record(.sum, [x], Tensor(shape: [], values: [Float(sum)])) { dy in
      [Tensor(shape: shape, values: [Float](repeating: dy.values[0], count: shape.reduce(1, *)))]
    }
  }
}
