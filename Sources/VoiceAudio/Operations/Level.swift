internal import CVoiceDSP
internal import Glibc

/// Level of audio, as mvector measures and changes it.
package enum Level {
  /// Root mean square level in dB relative to full scale: 10 log10(mean x²); 0 for digital silence and for no samples.
  package static func rmsDB(_ samples: [Float]) -> Double {
    rmsDB(ClipLevels(samples))
  }

  /// The same of a clip that was measured.
  static func rmsDB(_ levels: ClipLevels) -> Double {
    let energy = levels.energy
    return energy == 0 ? 0 : 10 * log10(energy / Double(levels.count))
  }

  /// Samples louder by `gain` dB: x · 10^(gain / 20). Peaks may exceed 1.
  package static func apply(gainDB gain: Double, to samples: [Float]) -> [Float] {
    let factor = Float(pow(10, gain / 20))
    return .init(unsafeUninitializedCapacity: samples.count) { output, initialized in
      samples.withUnsafeBufferPointer { input in
        guard let source = input.baseAddress, let target = output.baseAddress else { return }
        SignalKernels.best.table.pointee.scale(source, input.count, factor, target)
        initialized = input.count
      }
    }
  }

  /// Samples at a level of `target` dB, not clipped. Throws `silent` when that takes more than 300 dB.
  package static func normalise(_ samples: [Float], targetDB target: Double) throws(AudioError) -> [Float] {
    try normalise(samples, levels: ClipLevels(samples), targetDB: target)
  }

  /// The same of a clip that was measured.
  static func normalise(
    _ samples: [Float], levels: ClipLevels, targetDB target: Double
  ) throws(AudioError) -> [Float] {
    let gain = target - rmsDB(levels)
    guard gain <= 300 else {
      throw AudioError(.silent, "all but silent: \(target) dB are \(gain) dB away, more than 300 dB")
    }
    return apply(gainDB: gain, to: samples)
  }
}
