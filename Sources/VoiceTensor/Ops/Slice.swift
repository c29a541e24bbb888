// y = the channels `range` of x.
// dx = dy in those channels, 0 in the others.

extension Tape {
  /// The channels `range` of every pixel.
  package func slice(_ x: Variable, channels range: Range<Int>) -> Variable {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= x.value.channels && !range.isEmpty,
      "slice: channels \(range) of \(x.shape)")
    let shape = x.shape
    return record(.slice, [x], x.value.channels(range, team)) { [team] dy in
      var dx = Tensor(zeros: shape)
      let channels = dx.channels
      dx.values.withUnsafeMutableBufferPointer { dx in
        guard let target = dx.baseAddress else { return }
        dy.read { dy in
          team.copy(
            pixels: dy.count / range.count, channels: range.count, from: dy.base, pitch: range.count,
            to: target + range.lowerBound, pitch: channels)
        }
      }
      return [dx]
    }
  }
}
