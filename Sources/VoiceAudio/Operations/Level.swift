internal import Glibc

/// Level of audio, as mvector measures and changes it.
package enum Level {
  /// Root mean square level in dB relative to full scale: 10 log10(mean x²); 0 for digital silence and for no samples.
  package static func rmsDB(_ samples: [Float]) -> Double {
    if samples.isEmpty { return 0 }
    var sum = 0.0
    for sample in samples { sum += Double(sample) * Double(sample) }
    return sum == 0 ? 0 : 10 * log10(sum / Double(samples.count))
  }

  /// Samples louder by `gain` dB: x · 10^(gain / 20). Peaks may exceed 1.
  package static func apply(gainDB gain: Double, to samples: [Float]) -> [Float] {
    let factor = Float(pow(10, gain / 20))
    return samples.map { $0 * factor }
  }

  /// Samples at a level of `target` dB, not clipped. Throws `silent` when that takes more than 300 dB.
  package static func normalise(_ samples: [Float], targetDB target: Double) throws(AudioError) -> [Float] {
    let gain = target - rmsDB(samples)
    guard gain <= 300 else {
      throw AudioError(.silent, "all but silent: \(target) dB are \(gain) dB away, more than 300 dB")
    }
    return apply(gainDB: gain, to: samples)
  }
}
