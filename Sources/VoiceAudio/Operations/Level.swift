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

  /// Samples at a level of `target` dB, not clipped. Throws `badArgument` when that takes more than 300 dB.
  package static func normalise(_ samples: [Float], targetDB target: Double) throws(AudioError) -> [Float] {
    let gain = target - rmsDB(samples)
    guard gain <= 300 else {
      throw AudioError(.badArgument, "reaching \(target) dB takes a gain of \(gain) dB, more than 300 dB")
    }
    return apply(gainDB: gain, to: samples)
  }

  /// Samples with noise at a signal-to-noise ratio in dB: the noise's level is set as a whole, then `offset` says where
  /// in it to begin; noise that is shorter than the samples wraps around (mvector 1.0).
  package static func add(_ noise: [Float], to samples: [Float], snrDB snr: Double, offset: Int = 0) -> [Float] {
    if noise.isEmpty { return samples }
    let gain = min(rmsDB(samples) - rmsDB(noise) - snr, 300)
    let scaled = apply(gainDB: gain, to: noise)
    return samples.indices.map { samples[$0] + scaled[(offset + $0) % scaled.count] }
  }
}
