// y = min(max(x, 0), limit), any shape (ERes2Net's ReLU).
// dx = dy where 0 < x < limit, else 0; inside of these bounds y is x.

extension Tape {
  /// `x` between 0 and `limit`.
  package func clamp(_ x: Variable, upTo limit: Float) -> Variable {
    let y = team.map(x.value) { min(max($0, 0), limit) }
    return record(.clamp, [x], y) { [y, team] dy in
      [team.zip(y, dy) { $0 > 0 && $0 < limit ? $1 : 0 }]
    }
  }
}
