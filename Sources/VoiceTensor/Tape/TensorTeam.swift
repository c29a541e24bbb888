internal import VoiceConcurrency

/// How a tape's operations share their work among threads.
///
/// Work is cut where the shapes say, never by the number of threads, and partial sums are added in their order: results
/// are the same to the bit for any number of threads.
struct TensorTeam: Sendable {
  /// Values that a thread takes at a time: two cuts of three tensors fit into a second-level cache.
  private static let valuesAtOnce = 1 << 15

  private let team: ThreadTeam

  init(threads: Int) { team = ThreadTeam(name: "tape", threads: threads) }

  var threads: Int { team.threads }

  /// Calls `body(index, thread)` for each index on any thread, with denormals read and written as zero.
  func forEach(_ count: Int, _ body: (_ index: Int, _ thread: Int) -> Void) {
    team.forEach(count) { index, thread in withFlushedDenormals { body(index, thread) } }
  }

  /// Calls `body(range)` for cuts of 0..<`count` elements of `size` values each.
  func forEachCut(of count: Int, size: Int, _ body: (Range<Int>) -> Void) {
    let step = max(1, Self.valuesAtOnce / max(1, size))
    forEach((count + step - 1) / step) { cut, _ in
      body(cut * step..<min((cut + 1) * step, count))
    }
  }

  /// `function` of each value.
  @inline(__always)
  func map(_ x: Tensor, _ function: (Float) -> Float) -> Tensor {
    Tensor(x.shape) { y in
      x.read { x in
        forEachCut(of: x.count, size: 1) { cut in
          let (x, y) = (x.base + cut.lowerBound, y + cut.lowerBound)
          for index in 0..<cut.count { y[index] = function(x[index]) }
        }
      }
    }
  }

  /// `function` of each pair of values of two tensors of one shape.
  @inline(__always)
  func zip(_ x: Tensor, _ z: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
    precondition(x.shape == z.shape, "tensors \(x.shape) and \(z.shape) differ in shape")
    return Tensor(x.shape) { y in
      x.read { x in
        z.read { z in
          forEachCut(of: x.count, size: 1) { cut in
            let (x, z, y) = (x.base + cut.lowerBound, z.base + cut.lowerBound, y + cut.lowerBound)
            for index in 0..<cut.count { y[index] = function(x[index], z[index]) }
          }
        }
      }
    }
  }

  /// `kernel` of each run of values.
  func run(
    _ x: Tensor, _ kernel: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) -> Tensor {
    Tensor(x.shape) { y in
      x.read { x in
        forEachCut(of: x.count, size: 1) { cut in kernel(x.base + cut.lowerBound, y + cut.lowerBound, cut.count) }
      }
    }
  }

  /// `sum += x`, in place where nobody else holds the sum.
  func add(_ x: Tensor, to sum: inout Tensor) {
    precondition(x.shape == sum.shape, "tensors \(x.shape) and \(sum.shape) differ in shape")
    sum.values.withUnsafeMutableBufferPointer { sum in
      guard let target = sum.baseAddress else { return }
      x.read { x in
        forEachCut(of: x.count, size: 1) { cut in
          let part = target + cut.lowerBound
          VectorKernels.best.add(part, x.base + cut.lowerBound, part, count: cut.count)
        }
      }
    }
  }

  /// Sums by channel over cuts of the pixels, `sums` values each: `body(pixels, sums)` adds to zeros; in the order of
  /// the cuts, whoever took them.
  func sums(
    pixels: Int, channels: Int, count: Int, _ body: (Range<Int>, UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    let step = max(1, Self.valuesAtOnce / max(1, channels))
    let cuts = (pixels + step - 1) / step
    var partial = [Double](repeating: 0, count: cuts * count)
    partial.withUnsafeMutableBufferPointer { partial in
      guard let base = partial.baseAddress else { return }
      forEach(cuts) { cut, _ in body(cut * step..<min((cut + 1) * step, pixels), base + cut * count) }
    }
    return (0..<count).map { index in (0..<cuts).reduce(0) { $0 + partial[$1 * count + index] } }
  }

  /// The sum of each channel over all pixels, `[channels]`.
  func channelSums(_ x: Tensor) -> Tensor {
    let channels = x.channels
    let sums = x.read { x in
      self.sums(pixels: x.count / max(1, channels), channels: channels, count: 2 * channels) { pixels, sums in
        TrainingKernels.best.moments(
          rows: pixels.count, channels: channels, x.base + pixels.lowerBound * channels, sums: sums,
          squares: sums + channels)
      }
    }
    return Tensor(shape: [channels], values: sums.prefix(channels).map { Float($0) })
  }
}
