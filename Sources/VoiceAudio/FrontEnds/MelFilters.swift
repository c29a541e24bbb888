internal import Glibc

/// Triangular filters, each as the run of bins where it is not zero.
struct MelFilters: Sendable {
  var first: [Int32] = []
  var length: [Int32] = []
  /// Weights of all filters, one after the other.
  var weights: [Float] = []

  /// Kaldi's filters: triangles in the mel domain, mel(f) = 1127 ln(1 + f/700), with centres spaced evenly between the
  /// edges; the bin at the Nyquist frequency has no weight.
  init(kaldi options: FbankOptions) {
    func mel(_ hertz: Double) -> Double { 1127 * log(1 + hertz / 700) }
    let low = mel(options.lowFreq)
    let step = (mel(options.highest) - low) / Double(options.numMelBins + 1)
    let width = options.sampleFrequency / Double(options.paddedWindowSize)
    for filter in 0..<options.numMelBins {
      let left = low + Double(filter) * step
      let (center, right) = (left + step, left + 2 * step)
      append((0..<options.paddedWindowSize / 2).map { bin in
        let m = mel(width * Double(bin))
        return Float(max(0, min((m - left) / (center - left), (right - m) / (right - center))))
      })
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
