// y[b, h, s, c] = mean of x[b, h, t, c] over the frames t of segment s
//
// x [batch, height, width, channels] · y [batch, height, ⌈width / length⌉, channels]; the last segment is averaged over
// the frames it has.
// dx[b, h, t, c] = dy[b, h, ⌊t / length⌋, c] / frames of the segment.

extension Tape {
  /// The mean of each channel over every segment of `length` frames.
  package func segmentMean(_ x: Variable, length: Int) -> Variable {
    let segments = TimeSegments(x.shape, length: length, op: .segmentMean)
    var y = segments.sums(x.value, shape: segments.shortShape(of: x.shape), team)
    let perSegment = segments.segments
    for pixel in 0..<y.pixels {
      let share = 1 / Float(segments.frames(pixel % perSegment))
      for index in pixel * y.channels..<(pixel + 1) * y.channels { y.values[index] *= share }
    }
    let shape = x.shape
    return record(.segmentMean, [x], y) { [team] dy in
      [segments.spread(dy, shape: shape, team) { 1 / Float(segments.frames($0)) }]
    }
  }

  /// The mean of each channel over all frames, `[batch, height, 1, channels]`.
  package func meanOverTime(_ x: Variable) -> Variable {
    precondition(x.shape.count == 4, "mean over time: a map [batch, height, width, channels] is needed, not \(x.shape)")
    return segmentMean(x, length: x.shape[2])
  }
}
