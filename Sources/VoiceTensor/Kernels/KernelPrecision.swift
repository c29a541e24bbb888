internal import CVoiceKernels

/// The numbers that a convolution multiplies; sums are float32 in the end in any case.
package enum KernelPrecision: String, Sendable, CaseIterable {
  /// 24 bits of mantissa.
  case float32
  /// 8 bits of mantissa: twice as fast where the processor multiplies pairs of them (AVX-512 BF16).
  case bfloat16
  /// IEEE half precision, 11 bits of mantissa: twice as fast where the processor has such vectors (AVX-512 FP16). Short
  /// runs of products are summed in it too.
  case float16

  /// The precisions that this machine can run.
  package static let supported = allCases.filter { precision in
    precision == .float32 || vk_isa_is_supported(KernelISA.best.identifier(precision))
  }

  /// Whether this machine can run it.
  package var isSupported: Bool { Self.supported.contains(self) }

  /// Whether this machine multiplies such numbers faster than float32: not every processor that can does. Measured
  /// once, in some milliseconds.
  package var isFaster: Bool { Self.faster.contains(self) }

  private static let faster: Set<Self> = {
    let reduced = supported.filter { $0 != .float32 }
    if reduced.isEmpty { return [] }
    let standard = KernelBenchmark.peak()
    // Twice as fast or half as fast is what there is; between them is noise.
    return Set(reduced.filter { KernelBenchmark.peak(precision: $0) > 1.2 * standard })
  }()
}
