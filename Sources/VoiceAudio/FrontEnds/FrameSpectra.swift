internal import CVoiceDSP

/// Frames side by side, one a lane, on their way through a front-end. Element i of frame l is at `[i * lanes + l]`.
struct FrameBlock {
  /// Index of the first frame.
  let first: Int
  /// How many of the lanes are frames.
  let count: Int
  /// The frames, `[size][lanes]`; spent once the spectrum is there.
  let samples: UnsafeMutablePointer<Float>
  /// Their power spectra, `[size / 2 + 1][lanes]`.
  let power: UnsafeMutablePointer<Float>
  /// What the front-end makes of them, `[rows][lanes]`.
  let output: UnsafeMutablePointer<Float>
}

/// Cuts a signal into frames and transforms as many at a time as there are lanes; owns the tables of the C side.
final class FrameSpectra: @unchecked Sendable {  // the tables are never written after they are made
  /// Samples of a frame.
  let length: Int
  /// Samples from a frame to the next.
  let shift: Int
  /// Size of the transform; not below the length.
  let size: Int
  /// What computes.
  let kernels: SignalKernels
  private let fft: OpaquePointer

  init(length: Int, shift: Int, size: Int, kernels: SignalKernels) {
    guard length > 0, shift > 0, size >= max(2, length), let fft = vd_fft_create(Int32(size)) else {
      preconditionFailure("no transform of \(size) points for frames of \(length), \(shift) apart")
    }
    self.length = length
    self.shift = shift
    self.size = size
    self.kernels = kernels
    self.fft = fft
  }
  deinit { vd_fft_destroy(fft) }

  /// Bins of a spectrum.
  var bins: Int { size / 2 + 1 }
  /// Frames of a block.
  var lanes: Int { kernels.lanes }

  /// Goes through `frames` frames of a signal: `prepare` weights them, `finish` makes `rows` values of each spectrum.
  func forEachBlock(
    of source: UnsafePointer<Float>, frames: Int, rows: Int, prepare: (FrameBlock) -> Void, finish: (FrameBlock) -> Void
  ) {
    let lanes = lanes
    let total = (size + bins + size + rows) * lanes
    withUnsafeTemporaryAllocation(byteCount: total * MemoryLayout<Float>.stride, alignment: 64) { memory in
      guard let base = memory.baseAddress?.bindMemory(to: Float.self, capacity: total) else { return }
      let power = base + size * lanes
      let scratch = power + bins * lanes
      for first in stride(from: 0, to: frames, by: lanes) {
        let block = FrameBlock(
          first: first, count: min(lanes, frames - first), samples: base, power: power, output: scratch + size * lanes)
        kernels.table.pointee.cut(source + first * shift, length, shift, Int32(block.count), block.samples)
        prepare(block)
        kernels.table.pointee.fft_power(fft, block.samples, block.power, scratch)
        finish(block)
      }
    }
  }
}
