// y = tanh x, any shape.
// dx = dy · (1 − y²).

extension Tape {
  /// The hyperbolic tangent.
  package func tanh(_ x: Variable) -> Variable {
    let y = team.run(x.value) { VectorKernels.best.tanh($0, $1, count: $2) }
    return record(.tanh, [x], y) { [y, team] dy in
      [team.zip(y, dy) { $1 * (1 - $0 * $0) }]
    }
  }
}
