/// Mean and variance of each channel.
package struct ChannelStatistics: Sendable, Equatable {
  /// `[channels]`.
  package var mean: [Float]
  /// `[channels]`, biased: divided by the count.
  package var variance: [Float]
  /// Over how many pixels they were taken.
  package var count: Int

  /// Statistics that are known.
  package init(mean: [Float], variance: [Float], count: Int) {
    self.mean = mean
    self.variance = variance
    self.count = count
  }

  /// The statistics of a batch over all its pixels, summed in double precision; with `sum` over those of all processes.
  init(of x: Tensor, _ team: TensorTeam, sum: Tape.SharedSum? = nil) {
    let (channels, pixels) = (x.channels, x.pixels)
    var sums = x.read { x in
      team.sums(pixels: pixels, channels: channels, count: 2 * channels) { cut, sums in
        TrainingKernels.best.moments(
          rows: cut.count, channels: channels, x.base + cut.lowerBound * channels, sums: sums,
          squares: sums + channels)
      }
    }
    sums.append(Double(pixels))
    sum?(&sums)
    let total = sums[2 * channels]
    let means = sums[..<channels].map { $0 / total }
    count = Int(total)
    mean = means.map { Float($0) }
    // The squares of floats leave doubles enough digits for this difference.
    variance = (0..<channels).map { Float(max(0, sums[channels + $0] / total - means[$0] * means[$0])) }
  }

  /// `[channels]`, divided by the count less one, as PyTorch keeps it in `running_var`.
  package var unbiasedVariance: [Float] {
    variance.map { $0 * Float(count) / Float(count - 1) }
  }
}
