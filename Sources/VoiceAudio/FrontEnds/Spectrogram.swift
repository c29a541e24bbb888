internal import CVoiceDSP
internal import Glibc

/// Short-time spectrum (torchaudio.transforms.Spectrogram): frames centred on multiples of the hop → periodic Hann
/// window → |FFT|^power. No logarithm.
package final class Spectrogram: AcousticFrontEnd {
  /// What it computes.
  package let options: SpectrogramOptions
  private let window: [Float]
  private let gain: Float
  private let spectra: FrameSpectra

  /// A spectrogram; its tables are made here, once. Throws `badArgument` when the options do not fit together.
  package convenience init(_ options: SpectrogramOptions) throws(AudioError) { try self.init(options, .best) }

  init(_ options: SpectrogramOptions, _ kernels: SignalKernels) throws(AudioError) {
    try options.validate("Spectrogram")
    self.options = options
    let weights = (0..<options.winLength).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(options.winLength)) }
    let before = (options.nFFT - options.winLength) / 2
    window = (0..<options.nFFT).map { weights.indices.contains($0 - before) ? Float(weights[$0 - before]) : 0 }
    let energy: Double =
      switch options.normalization {
      case .none: 1
      case .window: weights.reduce(0) { $0 + $1 * $1 }
      case .frameLength: Double(options.nFFT)
      }
    gain = Float(pow(energy, -options.power / 2))
    spectra = FrameSpectra(length: options.nFFT, shift: options.hopLength, size: options.nFFT, kernels: kernels)
  }

  /// Bins of a frame.
  package var bins: Int { spectra.bins }

  private var kernels: vd_kernels { spectra.kernels.table.pointee }

  /// 1 + n / hop when centred, 1 + (n - n_fft) / hop when not; none where a clip is too short to be mirrored.
  package func frames(of sampleCount: Int) -> Int {
    let count = sampleCount + 2 * options.pad
    if !options.center { return count < options.nFFT ? 0 : 1 + (count - options.nFFT) / options.hopLength }
    let needed =
      switch options.padMode {
      case .reflect: options.nFFT / 2 + 1
      case .circular: options.nFFT / 2
      case .replicate, .constant: 1
      }
    // A transform of an odd size reaches one sample less beyond the ends than it is long.
    return count < needed ? 0 : 1 + (count + 2 * (options.nFFT / 2) - options.nFFT) / options.hopLength
  }

  /// Features of samples in [-1, 1]. Throws `tooShort` when they do not fill a frame.
  package func compute(_ samples: [Float]) throws(AudioError) -> Features {
    try compute(samples, rows: bins) { block in
      block.output.update(from: block.power, count: bins * spectra.lanes)
    }
  }

  /// Features of `rows` values a frame, which `finish` makes of the spectra.
  func compute(_ samples: [Float], rows: Int, finish: (FrameBlock) -> Void) throws(AudioError) -> Features {
    let frames = try framesOrError(of: samples.count)
    var values = [Float](repeating: 0, count: frames * rows)
    padded(samples).withUnsafeBufferPointer { input in
      values.withUnsafeMutableBufferPointer { output in
        guard let source = input.baseAddress, let target = output.baseAddress else { return }
        spectra.forEachBlock(of: source, frames: frames, rows: rows) { block in
          kernels.weight(block.samples, spectra.length, spectra.size, window)
        } finish: { block in
          scale(block.power)
          finish(block)
          kernels.unlane(block.output, rows, Int32(block.count), target + block.first * rows, rows)
        }
      }
    }
    return Features(values: values, frames: frames, bins: rows)
  }

  private func scale(_ power: UnsafeMutablePointer<Float>) {
    if options.power == 2 && gain == 1 { return }
    kernels.power(power, bins * spectra.lanes, Float(options.power / 2), gain)
  }

  /// The samples that frames are cut from.
  private func padded(_ samples: [Float]) -> [Float] {
    let silence = [Float](repeating: 0, count: options.pad)
    let clip = options.pad > 0 ? silence + samples + silence : samples
    guard options.center else { return clip }
    let (half, last) = (options.nFFT / 2, clip.count - 1)
    func beyond(_ position: Int) -> Float {
      switch options.padMode {
      case .reflect: clip[position < 0 ? -position : 2 * last - position]
      case .replicate: clip[position < 0 ? 0 : last]
      case .constant: 0
      case .circular: clip[position < 0 ? position + clip.count : position - clip.count]
      }
    }
    return (-half..<0).map(beyond) + clip + (clip.count..<clip.count + half).map(beyond)
  }
}
