// y = a ‖ b ‖ … along the last axis; all other axes agree.
// The gradient of each part is its range of channels of dy.

extension Tape {
  /// The channels of all parts, one after the other.
  package func concatenate(_ parts: [Variable]) -> Variable {
    precondition(!parts.isEmpty, "concatenate: nothing")
    let outer = parts[0].shape.dropLast()
    precondition(
      parts.allSatisfy { $0.shape.dropLast() == outer },
      "concatenate: \(parts.map(\.shape)) differ before the channels")
    let channels = parts.reduce(0) { $0 + $1.value.channels }
    let (widths, pixels) = (parts.map(\.value.channels), parts[0].value.pixels)
    let firsts = widths.indices.map { widths[..<$0].reduce(0, +) }

    let y = Tensor(outer + [channels]) { y in
      for (part, first) in zip(parts, firsts) {
        let width = part.value.channels
        part.value.read { x in
          team.copy(pixels: pixels, channels: width, from: x.base, pitch: width, to: y + first, pitch: channels)
        }
      }
    }
    return record(.concatenate, parts, y) { [team] dy in
      zip(widths, firsts).map { width, first in dy.channels(first..<first + width, team) }
    }
  }
}

extension Tensor {
  /// The channels `range` of every pixel.
  func channels(_ range: Range<Int>, _ team: TensorTeam) -> Tensor {
    Tensor(shape.dropLast() + [range.count]) { y in
      read { x in
        team.copy(
          pixels: pixels, channels: range.count, from: x.base + range.lowerBound, pitch: channels, to: y,
          pitch: range.count)
      }
    }
  }
}

extension TensorTeam {
  /// Copies `channels` values of every pixel.
  func copy(
    pixels: Int, channels: Int, from source: UnsafePointer<Float>, pitch sourcePitch: Int,
    to target: UnsafeMutablePointer<Float>, pitch targetPitch: Int
  ) {
    forEachCut(of: pixels, size: channels) { cut in
      for pixel in cut {
        (target + pixel * targetPitch).update(from: source + pixel * sourcePitch, count: channels)
      }
    }
  }
}
