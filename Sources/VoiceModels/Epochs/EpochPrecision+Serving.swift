package import VoiceRecognition
package import VoiceTensor

/// Which epochs of fewer bits than float32 a process computes with those.
package enum ReducedPrecision: String, Sendable, CaseIterable {
  /// Those whose numbers this processor multiplies faster than float32.
  case fastest
  /// Those whose numbers this processor multiplies at all.
  case always
  /// None, as on a processor that cannot.
  case never
}

extension EpochPrecision {
  /// The kernels that multiply such numbers.
  package var kernels: KernelPrecision {
    switch self {
    case .float32: .float32
    case .bf16: .bfloat16
    case .float16: .float16
    }
  }
}

/// What an epoch is computed with here, and why if that is not what it declares.
struct ServedPrecision {
  let precision: EpochPrecision
  /// Empty where the declared precision is served.
  var note = ""

  /// Throws `failedPrecondition` where the epoch neither can be computed as it declares nor allows float32.
  init(_ manifest: EpochManifest, _ policy: ReducedPrecision) throws(RecognitionError) {
    let declared = manifest.precision
    guard declared != .float32, let obstacle = Self.obstacle(to: declared, policy) else {
      precision = declared
      return
    }
    if manifest.float32Fallback == true {
      precision = .float32
      note = "served in float32, as the epoch allows: \(obstacle.reason)"
    } else if obstacle.isAbsolute {
      throw RecognitionError(
        .failedPrecondition, reason: "PRECISION_UNSUPPORTED",
        "epoch '\(manifest.name)' is of precision \(declared.rawValue) and does not allow float32: \(obstacle.reason);"
          + " it is not served",
        metadata: ["epoch": manifest.name, "precision": declared.rawValue])
    } else {
      precision = declared
      note = "the epoch does not allow float32, though \(obstacle.reason)"
    }
  }

  private static func obstacle(
    to precision: EpochPrecision, _ policy: ReducedPrecision
  ) -> (reason: String, isAbsolute: Bool)? {
    let name = precision.rawValue
    guard policy != .never else { return ("this process is told not to multiply \(name) numbers", true) }
    guard precision.kernels.isSupported else { return ("this processor does not multiply \(name) numbers", true) }
    guard policy == .always || precision.kernels.isFaster else {
      return ("this processor multiplies \(name) numbers no faster than float32", false)
    }
    return nil
  }
}
