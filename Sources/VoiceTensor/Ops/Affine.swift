// y = factor · x + offset, the offset a constant of x's shape or nothing.
// dx = factor · dy.

extension Tape {
  /// Every value times a factor, then plus what is given for it.
  package func affine(_ x: Variable, factor: Float, offset: Tensor? = nil) -> Variable {
    let scaled = x.value.map { $0 * factor }
    return record(.affine, [x], offset.map { scaled.zip($0, +) } ?? scaled) { dy in [dy.map { $0 * factor }] }
  }
}
