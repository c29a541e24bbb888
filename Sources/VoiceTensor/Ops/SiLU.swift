// y = x · σ(x), σ(x) = 1 / (1 + e⁻ˣ), any shape (Elfwing et al. 2017).
// dx = dy · (σ + y · (1 − σ)).

extension Tape {
  /// The sigmoid-weighted linear unit, "swish".
  package func silu(_ x: Variable) -> Variable {
    let sigmoid = team.run(x.value) { VectorKernels.best.sigmoid($0, $1, count: $2) }
    let y = team.zip(x.value, sigmoid, *)
    return record(.silu, [x], y) { [y, sigmoid, team] dy in
      let slope = team.zip(sigmoid, y) { $0 + $1 * (1 - $0) }
      return [team.zip(dy, slope, *)]
    }
  }
}
