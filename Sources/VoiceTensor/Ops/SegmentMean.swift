// y[b, h, s, c] = mean of x[b, h, t, c] over the frames t of segment s
//
// x [batch, height, width, channels] · y [batch, height, ⌈width / length⌉, channels]; the last segment is averaged over
// the frames it has.
// dx[b, h, t, c] = dy[b, h, ⌊t / length⌋, c] / frames of the segment.

extension Tape {
  /// The mean of each channel over every segment of `length` frames.
  package func segmentMean(_ x: Variable, length: Int) -> Variable {
    let segments = TimeSegments(x.shape, length: length, op: .segmentMean)
    func divided(_ short: Tensor) -> Tensor {
      var short = short
      for pixel in 0..<short.pixels {
        let frames = Float(segments.frames(pixel % segments.segments))
        for index in pixel * short.channels..<(pixel + 1) * short.channels { short.values[index] /= frames }
      }
      return short
    }
    let y = divided(segments.sums(x.value, shape: segments.shortShape(of: x.shape)))
    return record(.segmentMean, [x], y) { dy in
      [segments.combine(Tensor(zeros: x.shape), divided(dy)) { $1 }]
    }
  }

  /// The mean of each channel over all frames, `[batch, height, 1, channels]`.
  package func meanOverTime(_ x: Variable) -> Variable {
    precondition(x.shape.count == 4, "mean over time: a map [batch, height, width, channels] is needed, not \(x.shape)")
    return segmentMean(x, length: x.shape[2])
  }
}
