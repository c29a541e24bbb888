// y = max(x, 0), any shape.
// dx = dy where x > 0, else 0.

extension Tape {
  /// `max(x, 0)`.
  package func relu(_ x: Variable) -> Variable {
    record(.relu, [x], x.value.map { max($0, 0) }) { dy in
      [x.value.zip(dy) { $0 > 0 ? $1 : 0 }]
    }
  }
}
