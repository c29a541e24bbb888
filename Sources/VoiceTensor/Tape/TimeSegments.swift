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

  /// Sums the frames of every segment.
  func sums(_ long: Tensor, shape: [Int], _ team: TensorTeam) -> Tensor {
    Tensor(shape) { sums in
      long.read { long in
        team.forEachCut(of: rows, size: width * channels) { cut in
          for row in cut {
            for segment in 0..<segments {
              let sum = sums + (row * segments + segment) * channels
              let first = long.base + (row * width + segment * length) * channels
              sum.update(from: first, count: channels)
              for frame in 1..<max(frames(segment), 1) {
                VectorKernels.best.add(sum, first + frame * channels, sum, count: channels)
              }
            }
          }
        }
      }
    }
  }

  /// `function` of each value and that of its segment, in the longer map's shape.
  @inline(__always)
  func combine(_ long: Tensor, _ short: Tensor, _ team: TensorTeam, _ function: (Float, Float) -> Float) -> Tensor {
    Tensor(long.shape) { result in
      long.read { long in
        short.read { short in
          team.forEachCut(of: rows, size: width * channels) { cut in
            for row in cut {
              for frame in 0..<width {
                let pixel = (row * width + frame) * channels
                let (a, y) = (long.base + pixel, result + pixel)
                let b = short.base + (row * segments + frame / length) * channels
                for channel in 0..<channels { y[channel] = function(a[channel], b[channel]) }
              }
            }
          }
        }
      }
    }
  }

  /// The map whose frames are those of their segments times `factor` of the segment.
  func spread(_ short: Tensor, shape: [Int], _ team: TensorTeam, factor: (_ segment: Int) -> Float) -> Tensor {
    Tensor(shape) { long in
      short.read { short in
        team.forEachCut(of: rows, size: width * channels) { cut in
          for row in cut {
            for frame in 0..<width {
              let (target, segment) = (long + (row * width + frame) * channels, frame / length)
              let (source, factor) = (short.base + (row * segments + segment) * channels, factor(segment))
              for channel in 0..<channels { target[channel] = factor * source[channel] }
            }
          }
        }
      }
    }
  }
}
