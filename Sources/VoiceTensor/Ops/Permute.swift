// y[i₀, i₁, …] = x[…], where axis k of y is axis axes[k] of x.
// dx = dy with its axes put back.

extension Tape {
  /// `x` with its axes in another order: axis k of the result is axis `axes[k]`.
  package func permute(_ x: Variable, _ axes: [Int]) -> Variable {
    let back = axes.indices.map { axis in axes.firstIndex(of: axis) ?? -1 }
    precondition(
      axes.sorted() == Array(x.shape.indices), "permute: \(axes) is no order of the axes of \(x.shape)")
    return record(.permute, [x], x.value.permuted(axes)) { dy in [dy.permuted(back)] }
  }
}

extension Tensor {
  /// The tensor with its axes in another order: axis k of the result is axis `axes[k]`.
  package func permuted(_ axes: [Int]) -> Tensor {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    let lengths = axes.map { shape[$0] }
    let steps = axes.map { strides[$0] }

    var values: [Float] = []
    values.reserveCapacity(count)
    var position = [Int](repeating: 0, count: axes.count)
    var source = 0
    for _ in 0..<count {
      values.append(self.values[source])
      for axis in axes.indices.reversed() {
        position[axis] += 1
        source += steps[axis]
        if position[axis] < lengths[axis] { break }
        source -= steps[axis] * lengths[axis]
        position[axis] = 0
      }
    }
    return Tensor(shape: lengths, values: values)
  }
}
