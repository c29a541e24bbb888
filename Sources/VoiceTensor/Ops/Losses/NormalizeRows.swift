// y = x / max(‖x‖, 1e-12) for each vector of channels (PyTorch's `normalize`).
//
// x, y [rows…, channels]
// dx = (dy − y · ⟨y, dy⟩) / ‖x‖; where ‖x‖ is below the floor dx = dy / floor.

extension Tape {
  /// Vectors of length 1.
  package func normalizeRows(_ x: Variable) -> Variable {
    let floor = 1e-12
    let lengths = x.value.rowProducts(x.value).map { $0.squareRoot() }
    let y = x.value.mapRows { value, row in Float(Double(value) / max(lengths[row], floor)) }
    return record(.normalizeRows, [x], y) { [y] dy in
      let products = zip(y.rowProducts(dy), lengths).map { $1 < floor ? 0 : $0 }
      let along = y.mapRows { value, row in Float(Double(value) * products[row]) }
      return [dy.zip(along, -).mapRows { value, row in Float(Double(value) / max(lengths[row], floor)) }]
    }
  }
}

extension Tensor {
  /// `function(value, row)` of each value.
  package func mapRows(_ function: (Float, Int) -> Float) -> Tensor {
    var result = self
    let channels = channels
    result.values.withUnsafeMutableBufferPointer { values in
      for row in 0..<pixels {
        for index in row * channels..<(row + 1) * channels { values[index] = function(values[index], row) }
      }
    }
    return result
  }

  /// The inner product of each row with the same row of another tensor, in double precision.
  func rowProducts(_ other: Tensor) -> [Double] {
    let channels = channels
    return values.withUnsafeBufferPointer { left in
      other.values.withUnsafeBufferPointer { right in
        (0..<pixels).map { row in
          var sum = 0.0
          for index in row * channels..<(row + 1) * channels { sum += Double(left[index]) * Double(right[index]) }
          return sum
        }
      }
    }
  }
}
