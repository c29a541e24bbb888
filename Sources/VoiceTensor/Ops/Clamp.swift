// y = min(max(x, 0), limit), any shape (ERes2Net's ReLU).
// dx = dy where 0 < x < limit, else 0.

extension Tape {
  /// `x` between 0 and `limit`.
  package func clamp(_ x: Variable, upTo limit: Float) -> Variable {
    record(.clamp, [x], x.value.map { min(max($0, 0), limit) }) { dy in
      [x.value.zip(dy) { $0 > 0 && $0 < limit ? $1 : 0 }]
    }
  }
}
