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

    return Tensor(lengths) { target in
      read { source in
        var position = [Int](repeating: 0, count: axes.count)
        var (place, first) = (0, 0)
        let (inner, step) = (lengths.last ?? 1, steps.last ?? 1)
        while place < count {
          for index in 0..<inner { target[place + index] = source.base[first + index * step] }
          place += inner
          // The next line: the axes but the last count on.
          for axis in axes.indices.dropLast().reversed() {
            position[axis] += 1
            first += steps[axis]
            if position[axis] < lengths[axis] { break }
            first -= steps[axis] * lengths[axis]
            position[axis] = 0
          }
        }
      }
    }
  }
}
