internal import Glibc

/// Options of Kaldi's filterbank features with the names and defaults of torchaudio.compliance.kaldi.fbank.
package struct FbankOptions: Sendable, Hashable {
  private static let maximumWindow = 1 << 15

  /// Windows that a frame can be weighted with.
  package enum WindowType: String, Sendable, Hashable, CaseIterable {
    case hanning, hamming, povey, rectangular, blackman
  }

  /// Hz.
  package var sampleFrequency = 16_000.0
  /// Length of a frame, ms.
  package var frameLength = 25.0
  /// From a frame to the next, ms.
  package var frameShift = 10.0
  /// Number of filters.
  package var numMelBins = 23
  /// Lower edge of the lowest filter, Hz.
  package var lowFreq = 20.0
  /// Upper edge of the highest filter, Hz; 0 or less is relative to the Nyquist frequency.
  package var highFreq = 0.0
  /// y[i] = x[i] - c·x[i-1].
  package var preemphasisCoefficient = 0.97
  /// Subtracts the mean of each frame.
  package var removeDCOffset = true
  /// Zero-pads frames to a power of two.
  package var roundToPowerOfTwo = true
  /// Frames only where they fit whole; otherwise the ends are mirrored.
  package var snipEdges = true
  /// Weights of a frame's samples.
  package var windowType = WindowType.povey
  /// Constant of the Blackman window.
  package var blackmanCoeff = 0.42
  /// Standard deviation of the noise added to each sample.
  package var dither = 0.0
  /// Adds the logarithm of the frame's energy as a bin: the first, or the last with `htkCompat`.
  package var useEnergy = false
  /// Least energy of a frame before the logarithm.
  package var energyFloor = 1.0
  /// Energy before pre-emphasis and window instead of after them.
  package var rawEnergy = true
  /// The energy comes last.
  package var htkCompat = false
  /// Shorter audio, s, gives no frames.
  package var minDuration = 0.0
  /// Natural logarithm of the energies.
  package var useLogFbank = true
  /// Power instead of magnitude.
  package var usePower = true
  /// Subtracts the mean of each bin here already.
  package var subtractMean = false

  /// The defaults.
  package init() {}

  /// Options from a configuration's `method_args`. Throws `badArgument` for unknown names and wrong values.
  package init(arguments: [String: String]) throws(AudioError) {
    var read = MethodArguments(method: "Fbank", arguments)
    sampleFrequency = read.double("sample_frequency", sampleFrequency, in: 1000...768_000)
    frameLength = read.double("frame_length", frameLength, in: 1...1000)
    frameShift = read.double("frame_shift", frameShift, in: 0.5...1000)
    numMelBins = read.int("num_mel_bins", numMelBins, in: 4...1024)
    lowFreq = read.double("low_freq", lowFreq, in: 0...384_000)
    highFreq = read.double("high_freq", highFreq, in: -384_000...384_000)
    preemphasisCoefficient = read.double("preemphasis_coefficient", preemphasisCoefficient, in: 0...1)
    removeDCOffset = read.bool("remove_dc_offset", removeDCOffset)
    roundToPowerOfTwo = read.bool("round_to_power_of_two", roundToPowerOfTwo)
    snipEdges = read.bool("snip_edges", snipEdges)
    windowType = read.word("window_type", windowType)
    blackmanCoeff = read.double("blackman_coeff", blackmanCoeff, in: 0...1)
    useLogFbank = read.bool("use_log_fbank", useLogFbank)
    usePower = read.bool("use_power", usePower)
    subtractMean = read.bool("subtract_mean", subtractMean)
    dither = read.double("dither", dither, in: 0...1)
    useEnergy = read.bool("use_energy", useEnergy)
    energyFloor = read.double("energy_floor", energyFloor, in: 0...1e9)
    rawEnergy = read.bool("raw_energy", rawEnergy)
    htkCompat = read.bool("htk_compat", htkCompat)
    minDuration = read.double("min_duration", minDuration, in: 0...3600)
    read.only("channel", -1)
    // Warping of the frequency axis is for speech recognition; without it, its limits say nothing.
    read.only("vtln_warp", 1.0)
    _ = read.double("vtln_low", 100)
    _ = read.double("vtln_high", -500)
    try read.finish()
    try validate()
  }

  /// Throws `badArgument` when the options do not fit together.
  func validate() throws(AudioError) {
    func refuse(_ text: String) -> AudioError { AudioError(.badArgument, "Fbank: \(text)") }
    guard (2...Self.maximumWindow).contains(windowSize) else {
      throw refuse("frame_length \(frameLength) ms is \(windowSize) samples: 2 to \(Self.maximumWindow) are possible")
    }
    guard windowShift >= 1 else { throw refuse("frame_shift \(frameShift) ms is less than a sample") }
    guard paddedWindowSize % 2 == 0 else {
      throw refuse("\(windowSize) samples of frame_length are odd: set round_to_power_of_two")
    }
    guard highest > lowFreq, highest <= sampleFrequency / 2 else {
      throw refuse(
        "high_freq gives \(highest) Hz, which is not above low_freq (\(lowFreq) Hz) and at most half the sample rate")
    }
  }

  /// Upper edge of the highest filter, Hz.
  var highest: Double { highFreq > 0 ? highFreq : sampleFrequency / 2 + highFreq }
  /// Samples of a frame.
  var windowSize: Int { Int(sampleFrequency * frameLength * 0.001) }
  /// Samples from a frame to the next.
  var windowShift: Int { Int(sampleFrequency * frameShift * 0.001) }
  /// Size of the transform.
  var paddedWindowSize: Int {
    guard roundToPowerOfTwo else { return windowSize }
    var size = 1
    while size < windowSize { size *= 2 }
    return size
  }

  /// Weights of a frame's samples, `[windowSize]`.
  var window: [Float] {
    let last = Double(windowSize - 1)
    return (0..<windowSize).map { index in
      let turn = 2 * Double.pi * Double(index) / last
      return switch windowType {
      case .hanning: Float(0.5 - 0.5 * cos(turn))
      case .hamming: Float(0.54 - 0.46 * cos(turn))
      case .povey: Float(pow(0.5 - 0.5 * cos(turn), 0.85))
      case .rectangular: 1
      case .blackman: Float(blackmanCoeff - 0.5 * cos(turn) + (0.5 - blackmanCoeff) * cos(2 * turn))
      }
    }
  }
}
