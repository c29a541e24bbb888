// y = the values of x in the same order under another shape.
// dx = dy under the shape of x.

extension Tape {
  /// The same values under another shape.
  package func reshape(_ x: Variable, _ shape: [Int]) -> Variable {
    let before = x.shape
    return record(.reshape, [x], x.value.reshaped(shape)) { dy in [dy.reshaped(before)] }
  }
}
