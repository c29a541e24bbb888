extension Tensor {
  /// The sum of each channel over all pixels, `[channels]`, in double precision.
  func channelSums() -> Tensor {
    Tensor(shape: [channels], values: channelSums { index, _ in Double(values[index]) }.map(Float.init))
  }

  /// The sum of `term(index, channel)` over all pixels for each channel, in double precision.
  func channelSums(_ term: (_ index: Int, _ channel: Int) -> Double) -> [Double] {
    [Double](unsafeUninitializedCapacity: channels) { sums, initialised in
      sums.initialize(repeating: 0)
      for pixel in 0..<pixels {
        for channel in 0..<channels { sums[channel] += term(pixel * channels + channel, channel) }
      }
      initialised = channels
    }
  }
}
