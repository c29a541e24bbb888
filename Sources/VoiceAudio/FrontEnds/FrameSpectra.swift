internal import CVoiceDSP

/// 16 frames side by side on their way through a front-end. Element i of frame l is at `[i * 16 + l]`.
struct FrameBlock {
  static let lanes = Int(VD_LANES)

  /// Index of the first frame.
  let first: Int
  /// How many of the lanes are frames.
  let count: Int
  /// The frames, `[size][16]`; spent once the spectrum is there.
  let samples: UnsafeMutablePointer<Float>
  /// Their power spectra, `[size / 2 + 1][16]`.
  let power: UnsafeMutablePointer<Float>
  /// What the front-end makes of them, `[rows][16]`.
  let output: UnsafeMutablePointer<Float>
}

/// Cuts a signal into frames and transforms 16 of them at a time; owns the tables of the C side.
final class FrameSpectra: @unchecked Sendable {  // the tables are never written after they are made
  /// Samples of a frame.
  let length: Int
  /// Samples from a frame to the next.
  let shift: Int
  /// Size of the transform; not below the length.
  let size: Int
  private let fft: OpaquePointer

  init(length: Int, shift: Int, size: Int) {
    guard length > 0, shift > 0, size >= max(2, length), let fft = vd_fft_create(Int32(size)) else {
      preconditionFailure("no transform of \(size) points for frames of \(length), \(shift) apart")
    }
    self.length = length
    self.shift = shift
    self.size = size
    self.fft = fft
  }
  deinit { vd_fft_destroy(fft) }

  /// Bins of a spectrum.
  var bins: Int { size / 2 + 1 }

  /// Goes through `frames` frames of a signal: `prepare` weights them, `finish` makes `rows` values of each spectrum.
  func forEachBlock(
    of source: UnsafePointer<Float>, frames: Int, rows: Int, prepare: (FrameBlock) -> Void, finish: (FrameBlock) -> Void
  ) {
    let lanes = FrameBlock.lanes
    let scratchCount = vd_fft_scratch_floats(fft)
    let total = (size + bins + rows) * lanes + scratchCount
    withUnsafeTemporaryAllocation(byteCount: total * MemoryLayout<Float>.stride, alignment: 64) { memory in
      guard let base = memory.baseAddress?.bindMemory(to: Float.self, capacity: total) else { return }
      let power = base + size * lanes
      let scratch = power + bins * lanes
      for first in stride(from: 0, to: frames, by: lanes) {
        let block = FrameBlock(
          first: first, count: min(lanes, frames - first), samples: base, power: power, output: scratch + scratchCount)
        vd_cut(source + first * shift, length, shift, Int32(block.count), block.samples)
        prepare(block)
        vd_fft_power(fft, block.samples, block.power, scratch)
        finish(block)
      }
    }
  }
}
