internal import CVoiceDSP

/// What one pass over a clip measures: the energy of each hop and what the samples lie between.
struct ClipLevels: Sendable {
  /// Samples that an energy covers; the last covers what is left.
  static let hop = 512
  /// From this absolute value on a sample is clipped.
  private static let fullScale: Float = 0.999

  /// Number of samples.
  let count: Int
  /// Σx² of each hop, `[⌈count / hop⌉]`.
  let energies: [Double]
  private let extremes: vd_extremes

  init(_ samples: [Float], _ kernels: SignalKernels = .best) {
    count = samples.count
    var extremes = vd_extremes()
    energies = .init(unsafeUninitializedCapacity: (samples.count + Self.hop - 1) / Self.hop) { buffer, initialized in
      samples.withUnsafeBufferPointer { samples in
        guard let source = samples.baseAddress, let target = buffer.baseAddress, samples.count > 0 else { return }
        kernels.table.pointee.levels(source, samples.count, Self.hop, Self.fullScale, target, &extremes)
        initialized = (samples.count + Self.hop - 1) / Self.hop
      }
    }
    self.extremes = extremes
  }

  /// Σx² of all samples.
  var energy: Double { energies.reduce(0, +) }
  /// The largest absolute sample; meaningless where one is NaN.
  var peak: Float { max(abs(extremes.lowest), abs(extremes.highest)) }
  /// Samples at full scale.
  var clipped: Int { extremes.clipped }
  /// Whether every sample is a number no larger than `limit`.
  func areNumbers(within limit: Float) -> Bool { extremes.is_number && peak <= limit }
  /// Whether all samples are the same.
  var isConstant: Bool { extremes.lowest == extremes.highest }
}
