internal import CVoiceDSP

/// The signal-processing kernels of one instruction set, as a table of C functions.
struct SignalKernels: @unchecked Sendable {  // points to a constant
  /// The kernels of every set that this machine can run, slowest first.
  static let supported = [VD_PORTABLE, VD_AVX2, VD_AVX512].compactMap { vd_kernels_for($0) }.map(SignalKernels.init)

  /// The kernels of the fastest set that this machine can run.
  static let best = supported[supported.count - 1]

  /// The functions.
  let table: UnsafePointer<vd_kernels>

  /// Frames that are worked on side by side.
  var lanes: Int { Int(table.pointee.lanes) }
}
