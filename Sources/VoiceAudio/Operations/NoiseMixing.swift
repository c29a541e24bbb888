/// Noise on top of a signal.
package enum NoiseMixing {
  /// What the level of the noise is taken from.
  package enum Reference: Sendable, Hashable {
    /// All of the noise (mvector 1.0).
    case whole
    /// The part that is added (mvector 1.1).
    case part
  }

  /// Samples with noise at a signal-to-noise ratio in dB, from sample `offset` of the noise on; noise that ends too
  /// early begins again. The gain is min(level of the samples - level of the noise - ratio, 300) dB.
  package static func add(
    _ noise: [Float], to samples: [Float], snrDB snr: Double, offset: Int = 0, levelOf reference: Reference = .whole
  ) -> [Float] {
    if noise.isEmpty { return samples }
    let part = samples.indices.map { noise[(offset + $0) % noise.count] }
    let level = Level.rmsDB(reference == .whole && noise.count >= samples.count ? noise : part)
    let gain = min(Level.rmsDB(samples) - level - snr, 300)
    return zip(samples, Level.apply(gainDB: gain, to: part)).map { $0 + $1 }
  }

  /// The same from a random place of the noise.
  package static func add(
    _ noise: [Float], to samples: [Float], snrDB snr: Double, levelOf reference: Reference = .whole,
    using generator: inout some RandomNumberGenerator
  ) -> [Float] {
    let offset = Int.random(in: 0...max(0, noise.count - samples.count), using: &generator)
    return add(noise, to: samples, snrDB: snr, offset: offset, levelOf: reference)
  }
}
