// y = the channels `range` of x.
// dx = dy in those channels, 0 in the others.

extension Tape {
  /// The channels `range` of every pixel.
  package func slice(_ x: Variable, channels range: Range<Int>) -> Variable {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= x.value.channels && !range.isEmpty,
      "slice: channels \(range) of \(x.shape)")
    return record(.slice, [x], x.value.channels(range)) { dy in
      var dx = Tensor(zeros: x.shape)
      for pixel in 0..<dx.pixels {
        let target = pixel * dx.channels + range.lowerBound
        for channel in 0..<range.count { dx.values[target + channel] = dy.values[pixel * range.count + channel] }
      }
      return [dx]
    }
  }
}
