/// A named array of a checkpoint: float32 values, row-major, in PyTorch's axis order (weights `[out, in, kernel…]`).
package struct StoredTensor: Sendable, Equatable {
  /// Lengths of the axes, outermost first; empty for a scalar.
  package var shape: [Int]
  /// The values, as many as the product of `shape`.
  package var values: [Float]

  /// A tensor; `values` must fill `shape`.
  package init(shape: [Int], values: [Float]) {
    let count = shape.reduce(1, *)
    precondition(values.count == count, "stored tensor \(shape): \(values.count) values, \(count) expected")
    self.shape = shape
    self.values = values
  }
}
