/// Change of speed, and with it of pitch.
package enum SpeedChange {
  /// Samples played `rate` times as fast: int(n / rate) of them at positions evenly from 0 to n, between neighbours
  /// linearly; positions beyond the last sample are the last sample (mvector, np.interp).
  package static func apply(rate: Double, to samples: [Float]) throws(AudioError) -> [Float] {
    guard rate > 0, rate.isFinite else { throw AudioError(.badArgument, "a speed of \(rate): must be positive") }
    let count = Int(Double(samples.count) / rate)
    guard count > 1, let last = samples.last else { return Array(samples.prefix(count)) }
    let step = Double(samples.count) / Double(count - 1)
    return (0..<count).map { index in
      let position = Double(index) * step
      let left = Int(position)
      guard left < samples.count - 1 else { return last }
      let fraction = position - Double(left)
      return Float(Double(samples[left]) + fraction * (Double(samples[left + 1]) - Double(samples[left])))
    }
  }
}
