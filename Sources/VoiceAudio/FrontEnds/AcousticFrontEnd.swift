/// Features of one utterance, row by row.
package struct Features: Sendable, Hashable {
  /// The values, `[frames, bins]`.
  package var values: [Float]
  /// Number of frames.
  package var frames: Int
  /// Number of bins.
  package var bins: Int
}

/// A front-end: samples at its rate in, features out. Immutable, so that one serves several threads.
package protocol AcousticFrontEnd: Sendable {
  /// Bins of a frame.
  var bins: Int { get }
  /// Features of samples in [-1, 1], before the mean is removed. Throws `tooShort` when they do not fill a frame.
  func compute(_ samples: [Float]) throws(AudioError) -> Features
}

extension Features {
  /// The same features with the mean of each bin over the utterance removed (mvector, after every front-end).
  package func meanRemoved() -> Features {
    var means = [Float](repeating: 0, count: bins)
    var sums = [Double](repeating: 0, count: bins)
    for frame in 0..<frames { for bin in 0..<bins { sums[bin] += Double(values[frame * bins + bin]) } }
    for bin in 0..<bins { means[bin] = Float(sums[bin] / Double(max(1, frames))) }
    var result = self
    result.values.withUnsafeMutableBufferPointer { buffer in
      for frame in 0..<frames { for bin in 0..<bins { buffer[frame * bins + bin] -= means[bin] } }
    }
    return result
  }
}
