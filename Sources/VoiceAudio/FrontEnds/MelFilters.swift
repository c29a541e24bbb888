internal import CVoiceDSP
internal import Glibc

/// Triangular filters, each as the run of bins where it is not zero.
struct MelFilters: Sendable {
  private var first: [Int32] = []
  private var length: [Int32] = []
  /// Weights of all filters, one after the other.
  private var weights: [Float] = []

  /// Kaldi's filters: triangles in the mel domain, mel(f) = 1127 ln(1 + f/700), with centres spaced evenly between the
  /// edges; the bin at the Nyquist frequency has no weight.
  init(kaldi options: FbankOptions) {
    func mel(_ hertz: Double) -> Double { 1127 * log(1 + hertz / 700) }
    let low = mel(options.lowFreq)
    let step = (mel(options.highest) - low) / Double(options.numMelBins + 1)
    let width = options.sampleFrequency / Double(options.paddedWindowSize)
    let mels = (0..<options.paddedWindowSize / 2).map { mel(width * Double($0)) }
    for filter in 0..<options.numMelBins {
      let left = low + Double(filter) * step
      let (center, right) = (left + step, left + 2 * step)
      append(mels.map { Float(max(0, min(($0 - left) / (center - left), (right - $0) / (right - center)))) })
    }
  }

  /// torchaudio's filters: triangles in Hz between points spaced evenly on a mel scale. Those above the Nyquist
  /// frequency are empty.
  init(torchaudio options: MelSpectrogramOptions) {
    let scale = options.melScale
    let (low, high) = (scale.mel(options.fMin), scale.mel(options.highest))
    let points = (0...options.nMels + 1).map { index in
      scale.hertz(low + (high - low) * Double(index) / Double(options.nMels + 1))
    }
    let bins = options.spectrogram.nFFT / 2 + 1
    let width = Double(options.sampleRate / 2) / Double(bins - 1)
    for filter in 0..<options.nMels {
      let (left, center, right) = (points[filter], points[filter + 1], points[filter + 2])
      let gain = options.norm == .slaney ? 2 / (right - left) : 1
      append((0..<bins).map { bin in
        let hertz = width * Double(bin)
        return Float(gain * max(0, min((hertz - left) / (center - left), (right - hertz) / (right - center))))
      })
    }
  }

  /// Filters spectra `[bins][lanes]` into `[filters][lanes]`.
  func apply(_ power: UnsafePointer<Float>, into mel: UnsafeMutablePointer<Float>, _ kernels: SignalKernels) {
    first.withUnsafeBufferPointer { first in
      length.withUnsafeBufferPointer { length in
        weights.withUnsafeBufferPointer { weights in
          var bank = vd_filterbank(
            filters: Int32(first.count), first: first.baseAddress, length: length.baseAddress,
            weights: weights.baseAddress)
          kernels.table.pointee.filter(&bank, power, mel)
        }
      }
    }
  }

  private mutating func append(_ triangle: [Float]) {
    let begin = triangle.firstIndex { $0 > 0 } ?? 0
    let end = (triangle.lastIndex { $0 > 0 } ?? -1) + 1
    first.append(Int32(begin))
    length.append(Int32(max(0, end - begin)))
    if end > begin { weights += triangle[begin..<end] }
  }
}
