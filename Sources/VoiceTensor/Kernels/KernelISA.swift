internal import CVoiceKernels

/// An instruction set that the kernels are compiled for; results agree between sets up to rounding.
package enum KernelISA: String, Sendable, CaseIterable {
  /// The baseline of the processor family (SSE2, NEON).
  case portable
  /// AVX2 and FMA, 8 lanes.
  case avx2
  /// AVX-512 F, BW, DQ and VL, 16 lanes.
  case avx512

  /// The sets that this machine can run, slowest first.
  package static let supported = allCases.filter { vk_isa_is_supported($0.identifier) }

  /// The fastest set that this machine can run.
  package static let best = supported.last ?? .portable

  /// Whether this machine can run the set.
  package var isSupported: Bool { Self.supported.contains(self) }

  /// The kernels of convolutions that multiply numbers of that precision.
  func identifier(_ precision: KernelPrecision) -> vk_isa {
    switch precision {
    case .float32: identifier
    case .bfloat16: VK_AVX512_BF16
    case .float16: VK_AVX512_FP16
    }
  }

  var identifier: vk_isa {
    switch self {
    case .portable: VK_PORTABLE
    case .avx2: VK_AVX2
    case .avx512: VK_AVX512
    }
  }
}
