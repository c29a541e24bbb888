internal import CVoiceDSP

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
    var result = self
    result.removeMean()
    return result
  }

  /// Removes the mean of each bin over the utterance.
  mutating func removeMean(_ kernels: SignalKernels = .best) {
    values.withUnsafeMutableBufferPointer { buffer in
      guard let rows = buffer.baseAddress else { return }
      kernels.table.pointee.remove_column_means(rows, frames, bins)
    }
  }

  /// Whether every value is a finite number.
  var isFinite: Bool {
    values.withUnsafeBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return true }
      return SignalKernels.best.table.pointee.are_finite(first, buffer.count)
    }
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
