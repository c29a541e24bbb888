/// Features of one utterance, row by row.
package struct Features: Sendable, Hashable {
  /// The values, `[frames, bins]`.
  package var values: [Float]
  /// Number of frames.
  package var frames: Int
  /// Number of bins.
  package var bins: Int

  /// Features from `frames` rows of `bins` values.
  package init(values: [Float], frames: Int, bins: Int) {
    precondition(values.count == frames * bins, "\(values.count) values are not [\(frames), \(bins)]")
    self.values = values
    self.frames = frames
    self.bins = bins
  }

  /// The same features with the mean of each bin over the utterance removed (mvector, after every front-end).
  package func meanRemoved() -> Features {
    var sums = [Double](repeating: 0, count: bins)
    for frame in 0..<frames { for bin in 0..<bins { sums[bin] += Double(values[frame * bins + bin]) } }
    let means = sums.map { Float($0 / Double(max(1, frames))) }
    var result = self
    result.values.withUnsafeMutableBufferPointer { buffer in
      for frame in 0..<frames { for bin in 0..<bins { buffer[frame * bins + bin] -= means[bin] } }
    }
    return result
  }

  /// The same features with zeros from frame round(ratio · frames) on, halves to even (mvector's mask of a padded
  /// clip).
  package func masked(lengthRatio ratio: Double) -> Features {
    let kept = min(frames, max(0, Int((ratio * Double(frames)).rounded(.toNearestOrEven))))
    var result = self
    for index in kept * bins..<values.count { result.values[index] = 0 }
    return result
  }
}
