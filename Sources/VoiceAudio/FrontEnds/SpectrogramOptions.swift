/// Options of torchaudio's short-time spectrum, with its names and defaults.
package struct SpectrogramOptions: Sendable, Hashable {
  /// What lies beyond the ends of a clip whose frames are centred.
  package enum PadMode: String, Sendable, Hashable, CaseIterable {
    case reflect, replicate, constant, circular
  }
  /// What the spectrum is divided by.
  package enum Normalization: String, Sendable, Hashable, CaseIterable {
    /// Nothing.
    case none = "false"
    /// The root of the window's energy.
    case window
    /// The root of the transform's size.
    case frameLength = "frame_length"
  }

  /// Size of the transform.
  package var nFFT: Int
  /// Samples of the window, centred in the transform.
  package var winLength: Int
  /// Samples from a frame to the next.
  package var hopLength: Int
  /// Zeros before and after the clip.
  package var pad: Int
  /// Exponent of the magnitude: 2 is power, 1 is magnitude.
  package var power: Double
  /// What the spectrum is divided by.
  package var normalization: Normalization
  /// Frames are centred on multiples of the hop.
  package var center: Bool
  /// What lies beyond the ends then.
  package var padMode: PadMode

  /// Options from a configuration's `method_args`. Throws `badArgument` for unknown names and wrong values.
  package init(arguments: [String: String] = [:]) throws(AudioError) {
    var read = MethodArguments(method: "Spectrogram", arguments)
    self.init(reading: &read)
    try read.finish()
    try validate("Spectrogram")
  }

  /// Reads the options whose names begin with `prefix`.
  init(reading read: inout MethodArguments, prefix: String = "") {
    nFFT = read.int(prefix + "n_fft", 400, in: 2...(1 << 15))
    winLength = read.optionalInt(prefix + "win_length", in: 1...(1 << 15)) ?? nFFT
    hopLength = read.optionalInt(prefix + "hop_length", in: 1...(1 << 15)) ?? max(1, winLength / 2)
    pad = read.int(prefix + "pad", 0, in: 0...(1 << 20))
    power = read.double(prefix + "power", 2, in: 0.01...100)
    normalization = read.normalization(prefix + "normalized")
    center = read.bool(prefix + "center", true)
    padMode = read.word(prefix + "pad_mode", .reflect)
    read.only(prefix + "onesided", true)
  }

  /// Throws `badArgument` when the options do not fit together.
  func validate(_ method: String) throws(AudioError) {
    guard winLength <= nFFT else {
      throw AudioError(.badArgument, "\(method): win_length \(winLength) exceeds n_fft (\(nFFT))")
    }
  }
}

extension MethodArguments {
  /// `normalized`: true and false as torchaudio takes them, or which of the two ways.
  fileprivate mutating func normalization(_ name: String) -> SpectrogramOptions.Normalization {
    isTrue(name) ? .window : word(name, .none)
  }
}
