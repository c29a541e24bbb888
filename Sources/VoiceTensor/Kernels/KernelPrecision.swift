internal import CVoiceKernels

/// The numbers that a convolution multiplies; sums are float32 in any case.
package enum KernelPrecision: String, Sendable, CaseIterable {
  /// 24 bits of mantissa.
  case float32
  /// 8 bits of mantissa: twice as fast where the processor multiplies pairs of them (AVX-512 BF16).
  case bfloat16

  /// The precisions that this machine can run.
  package static let supported = allCases.filter { precision in
    precision == .float32 || vk_isa_is_supported(VK_AVX512_BF16)
  }

  /// Whether this machine can run it.
  package var isSupported: Bool { Self.supported.contains(self) }
}
