// y[b, i, j, c] = max or mean of x[b, i·sh + k − ph, j·sw + l − pw, c] over the kernel's taps (k, l)
//
// x [batch, height, width, channels] · y [batch, height′, width′, channels], sizes rounded down
// Outside of x the maximum sees nothing and the mean sees zeros that count (PyTorch's defaults).
// dx: the maximum's first place takes dy; each place of a mean takes dy / taps.

/// The geometry of a pooling over a window.
package struct PoolingShape: Sendable, Hashable {
  /// What is taken of a window.
  package enum Kind: Sendable, Hashable {
    case maximum
    case average
  }

  /// What is taken of a window.
  package var kind: Kind
  /// Height and width of a window.
  package var kernel: [Int]
  /// Pixels from a window to the next.
  package var stride: [Int]
  /// Pixels around the map.
  package var padding: [Int]

  /// A pooling over windows, by default side by side.
  package init(
    _ kind: Kind, kernel: Extent, stride: Extent? = nil, padding: Extent = Extent(height: 0, width: 0)
  ) {
    let stride = stride ?? kernel
    self.kind = kind
    self.kernel = [kernel.height, kernel.width]
    self.stride = [stride.height, stride.width]
    self.padding = [padding.height, padding.width]
    precondition(
      (self.kernel + self.stride).allSatisfy { $0 > 0 }
        && zip(self.padding, self.kernel).allSatisfy { $0 >= 0 && 2 * $0 <= $1 },
      "pooling \(self): a window of at least one pixel that sees more than padding")
  }

  /// Height and width of the output of a map; not positive when the map is too small.
  package func output(height: Int, width: Int) -> Extent {
    func count(_ axis: Int, _ input: Int) -> Int {
      let room = input + 2 * padding[axis] - kernel[axis]
      return room < 0 ? 0 : room / stride[axis] + 1
    }
    return Extent(height: count(0, height), width: count(1, width))
  }

  /// The rows or columns of the map under window `index` along an axis.
  package func window(_ axis: Int, _ index: Int, of size: Int) -> Range<Int> {
    let first = index * stride[axis] - padding[axis]
    return max(first, 0)..<min(first + kernel[axis], size)
  }
}

extension Tape {
  /// Pooling over windows of height and width.
  package func pool(_ x: Variable, _ pooling: PoolingShape) -> Variable {
    let windows = PoolingWindows(x.shape, pooling)
    switch pooling.kind {
    case .maximum:
      let (y, places) = windows.maxima(x.value)
      return record(.pool, [x], y) { dy in
        var dx = Tensor(zeros: x.shape)
        dx.values.withUnsafeMutableBufferPointer { dx in
          for (index, place) in places.enumerated() { dx[Int(place)] += dy.values[index] }
        }
        return [dx]
      }
    case .average:
      return record(.pool, [x], windows.means(x.value)) { dy in [windows.spread(dy)] }
    }
  }

  /// The largest value of each channel over time, `[batch, height, 1, channels]`.
  package func maxOverTime(_ x: Variable) -> Variable {
    pool(x, PoolingShape(.maximum, kernel: Extent(height: 1, width: x.shape[2])))
  }
}

/// The windows of a pooling on maps of one shape.
private struct PoolingWindows {
  private let shape: [Int]
  private let pooling: PoolingShape
  private let output: Extent
  private let channels: Int

  init(_ shape: [Int], _ pooling: PoolingShape) {
    precondition(shape.count == 4, "pool: a map [batch, height, width, channels] is needed, not \(shape)")
    self.shape = shape
    self.pooling = pooling
    channels = shape[3]
    output = pooling.output(height: shape[1], width: shape[2])
    precondition(output.height > 0 && output.width > 0, "pool: a window of \(pooling.kernel) in \(shape)")
  }

  private var outputShape: [Int] { [shape[0], output.height, output.width, channels] }
  private var share: Float { 1 / Float(pooling.kernel[0] * pooling.kernel[1]) }

  /// Calls `body` with the first value of each output pixel and that of each input pixel under its window.
  private func forEach(_ body: (_ target: Int, _ source: Int) -> Void) {
    var target = 0
    for item in 0..<shape[0] {
      for i in 0..<output.height {
        for j in 0..<output.width {
          for row in pooling.window(0, i, of: shape[1]) {
            for column in pooling.window(1, j, of: shape[2]) {
              body(target, ((item * shape[1] + row) * shape[2] + column) * channels)
            }
          }
          target += channels
        }
      }
    }
  }

  func maxima(_ x: Tensor) -> (y: Tensor, places: [Int32]) {
    precondition(x.count <= Int(Int32.max), "pool: \(x.shape) has too many values")
    var y = Tensor(shape: outputShape, values: .init(repeating: -.infinity, count: outputShape.reduce(1, *)))
    var places = [Int32](repeating: 0, count: y.count)
    y.values.withUnsafeMutableBufferPointer { y in
      places.withUnsafeMutableBufferPointer { places in
        x.values.withUnsafeBufferPointer { x in
          forEach { target, source in
            // A NaN is larger than anything, as in PyTorch.
            for channel in 0..<channels where !(x[source + channel] <= y[target + channel]) {
              y[target + channel] = x[source + channel]
              places[target + channel] = Int32(source + channel)
            }
          }
        }
      }
    }
    return (y, places)
  }

  func means(_ x: Tensor) -> Tensor {
    var y = Tensor(zeros: outputShape)
    y.values.withUnsafeMutableBufferPointer { y in
      x.values.withUnsafeBufferPointer { x in
        forEach { target, source in
          for channel in 0..<channels { y[target + channel] += x[source + channel] }
        }
      }
    }
    return y.map { $0 * share }
  }

  func spread(_ dy: Tensor) -> Tensor {
    var dx = Tensor(zeros: shape)
    dx.values.withUnsafeMutableBufferPointer { dx in
      dy.values.withUnsafeBufferPointer { dy in
        forEach { target, source in
          for channel in 0..<channels { dx[source + channel] += share * dy[target + channel] }
        }
      }
    }
    return dx
  }
}
