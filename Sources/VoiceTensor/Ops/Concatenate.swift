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

    var values: [Float] = []
    values.reserveCapacity(parts.reduce(0) { $0 + $1.value.count })
    for pixel in 0..<parts[0].value.pixels {
      for part in parts {
        let width = part.value.channels
        values += part.value.values[pixel * width..<(pixel + 1) * width]
      }
    }
    return record(.concatenate, parts, Tensor(shape: outer + [channels], values: values)) { dy in
      var first = 0
      return parts.map { part in
        defer { first += part.value.channels }
        return dy.channels(first..<first + part.value.channels)
      }
    }
  }
}

extension Tensor {
  /// The channels `range` of every pixel.
  func channels(_ range: Range<Int>) -> Tensor {
    var values: [Float] = []
    values.reserveCapacity(pixels * range.count)
    for pixel in 0..<pixels {
      values += self.values[pixel * channels + range.lowerBound..<pixel * channels + range.upperBound]
    }
    return Tensor(shape: shape.dropLast() + [range.count], values: values)
  }
}
