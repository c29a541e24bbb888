/// How the frames of a map `[batch, height, width, channels]` share those of a shorter one
/// `[batch, height, ⌈width / length⌉, channels]`: frame t belongs to segment ⌊t / length⌋, and the last may be shorter.
struct TimeSegments {
  let rows: Int
  let width: Int
  let channels: Int
  let length: Int

  init(_ shape: [Int], length: Int, op: OpKind) {
    precondition(shape.count == 4, "\(op): a map [batch, height, width, channels] is needed, not \(shape)")
    precondition(length > 0, "\(op): a segment of \(length) frames")
    rows = shape[0] * shape[1]
    width = shape[2]
    channels = shape[3]
    self.length = length
  }

  var segments: Int { (width + length - 1) / length }

  /// Frames of a segment.
  func frames(_ segment: Int) -> Int { min(length, width - segment * length) }

  /// Shape of the shorter map.
  func shortShape(of shape: [Int]) -> [Int] { [shape[0], shape[1], segments, channels] }

  /// Calls `body` with the first value of every frame and that of its segment.
  func forEachFrame(_ body: (_ long: Int, _ short: Int) -> Void) {
    for row in 0..<rows {
      for frame in 0..<width {
        body((row * width + frame) * channels, (row * segments + frame / length) * channels)
      }
    }
  }

  /// Sums the frames of every segment.
  func sums(_ long: Tensor, shape: [Int]) -> Tensor {
    var sums = Tensor(zeros: shape)
    sums.values.withUnsafeMutableBufferPointer { sums in
      long.values.withUnsafeBufferPointer { long in
        forEachFrame { frame, segment in
          for channel in 0..<channels { sums[segment + channel] += long[frame + channel] }
        }
      }
    }
    return sums
  }

  /// `function` of each value and that of its segment, in the longer map's shape.
  func combine(_ long: Tensor, _ short: Tensor, _ function: (Float, Float) -> Float) -> Tensor {
    var result = long
    result.values.withUnsafeMutableBufferPointer { result in
      short.values.withUnsafeBufferPointer { short in
        forEachFrame { frame, segment in
          for channel in 0..<channels {
            result[frame + channel] = function(result[frame + channel], short[segment + channel])
          }
        }
      }
    }
    return result
  }
}
