internal import CVoiceDSP

/// The transform of 16 frames at once; owns the tables of the C side.
final class PowerSpectrum: @unchecked Sendable {  // the tables are never written after they are made
  let size: Int
  var bins: Int { size / 2 + 1 }
  var scratchCount: Int { vd_fft_scratch_floats(raw) }
  private let raw: OpaquePointer

  init(size: Int) {
    guard size >= 2, let raw = vd_fft_create(Int32(size)) else {
      preconditionFailure("no memory for a transform of \(size) samples")
    }
    self.size = size
    self.raw = raw
  }
  deinit { vd_fft_destroy(raw) }

  /// |X|² of frames `[size][16]` to `[bins][16]`; `frames` and `scratch` are overwritten.
  func compute(
    _ frames: UnsafeMutablePointer<Float>, _ power: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
  ) {
    vd_fft_power(raw, frames, power, scratch)
  }
}
