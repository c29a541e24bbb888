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

  /// The statistics of a batch over all its pixels, summed in double precision.
  init(of x: Tensor) {
    count = x.pixels
    let count = Double(count)
    let means = x.channelSums { index, _ in Double(x.values[index]) }.map { $0 / count }
    let variances = x.channelSums { index, channel in
      let centred = Double(x.values[index]) - means[channel]
      return centred * centred
    }
    mean = means.map(Float.init)
    variance = variances.map { Float($0 / count) }
  }

  /// `[channels]`, divided by the count less one, as PyTorch keeps it in `running_var`.
  package var unbiasedVariance: [Float] {
    variance.map { $0 * Float(count) / Float(count - 1) }
  }
}
