// y[b, h, t, c] = a[b, h, t, c] · b[b, h, ⌊t / length⌋, c]
//
// a, y [batch, height, width, channels] · b [batch, height, ⌈width / length⌉, channels]; without a length both have the
// same shape, whatever it is.
// da = dy · b · db = Σ of dy · a over the frames of each segment.

extension Tape {
  /// `a · b`, where a frame of `b` serves `segmentLength` frames of `a`; one each when it is nil.
  package func multiply(_ a: Variable, _ b: Variable, segmentLength: Int? = nil) -> Variable {
    let (a, b, inputs) = (a.value, b.value, [a, b])
    guard let segmentLength else {
      return record(.multiply, inputs, team.zip(a, b, *)) { [team] dy in
        [team.zip(dy, b, *), team.zip(dy, a, *)]
      }
    }
    let segments = TimeSegments(a.shape, length: segmentLength, op: .multiply)
    precondition(
      b.shape == segments.shortShape(of: a.shape), "multiply: \(a.shape) · \(b.shape) in segments of \(segmentLength)")
    return record(.multiply, inputs, segments.combine(a, b, team, *)) { [team] dy in
      [segments.combine(dy, b, team, *), segments.sums(team.zip(dy, a, *), shape: b.shape, team)]
    }
  }
}
