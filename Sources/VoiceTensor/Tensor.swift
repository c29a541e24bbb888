/// Float32 values with a shape, channels last: an activation map is `[batch, height, width, channels]`, where height is
/// frequency (1 for a sequence) and width is time (1 for a vector).
package struct Tensor: Sendable, Equatable {
  /// Lengths of the axes, outermost first; empty for a scalar.
  package let shape: [Int]
  /// The values, row-major.
  package var values: [Float]

  /// A tensor of the given values, which must fill `shape`.
  package init(shape: [Int], values: [Float]) {
    precondition(
      values.count == shape.reduce(1, *), "tensor \(shape): \(values.count) values, \(shape.reduce(1, *)) expected")
    self.shape = shape
    self.values = values
  }

  /// A tensor of zeros.
  package init(zeros shape: [Int]) {
    self.init(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))
  }

  /// A parameter of a checkpoint.
  package init(_ stored: StoredTensor) {
    self.init(shape: stored.shape, values: stored.values)
  }

  /// How many values there are.
  package var count: Int { values.count }

  /// The length of the last axis; 1 for a scalar.
  package var channels: Int { shape.last ?? 1 }

  /// How many vectors of `channels` values there are.
  package var pixels: Int { channels == 0 ? 0 : count / channels }

  /// The same values under another shape.
  package func reshaped(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape, values: values)
  }

  /// `function` of each value.
  func map(_ function: (Float) -> Float) -> Tensor {
    Tensor(shape: shape, values: values.map(function))
  }

  /// `function` of each pair of values.
  package func zip(_ other: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
    precondition(shape == other.shape, "tensors \(shape) and \(other.shape) differ in shape")
    let values = [Float](unsafeUninitializedCapacity: count) { target, initialised in
      for index in 0..<count { target[index] = function(self.values[index], other.values[index]) }
      initialised = count
    }
    return Tensor(shape: shape, values: values)
  }
}
