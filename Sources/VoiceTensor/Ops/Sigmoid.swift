// y = 1 / (1 + e⁻ˣ), any shape.
// dx = dy · y · (1 − y).

extension Tape {
  /// The logistic function.
  package func sigmoid(_ x: Variable) -> Variable {
    let y = team.run(x.value) { VectorKernels.best.sigmoid($0, $1, count: $2) }
    return record(.sigmoid, [x], y) { [y, team] dy in
      [team.zip(y, dy) { $1 * $0 * (1 - $0) }]
    }
  }
}
