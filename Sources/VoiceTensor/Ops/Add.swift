// y[b, h, t, c] = a[b, h, t, c] + b[b, h, ⌊t / length⌋, c]
//
// a, y [batch, height, width, channels] · b [batch, height, ⌈width / length⌉, channels]; without a length both have the
// same shape, whatever it is.
// da = dy · db = Σ of dy over the frames of each segment.

extension Tape {
  /// `a + b`, where a frame of `b` serves `segmentLength` frames of `a`; one each when it is nil.
  package func add(_ a: Variable, _ b: Variable, segmentLength: Int? = nil) -> Variable {
    guard let segmentLength else {
      return record(.add, [a, b], team.zip(a.value, b.value, +)) { dy in [dy, dy] }
    }
    let segments = TimeSegments(a.shape, length: segmentLength, op: .add)
    precondition(
      b.shape == segments.shortShape(of: a.shape), "add: \(a.shape) + \(b.shape) in segments of \(segmentLength)")
    let shape = b.shape
    return record(.add, [a, b], segments.combine(a.value, b.value, team, +)) { [team] dy in
      [dy, segments.sums(dy, shape: shape, team)]
    }
  }
}
