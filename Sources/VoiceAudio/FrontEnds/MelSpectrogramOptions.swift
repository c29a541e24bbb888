/// Options of torchaudio's mel spectrum, with its names and defaults.
package struct MelSpectrogramOptions: Sendable, Hashable {
  /// How filters are weighted against each other.
  package enum Norm: String, Sendable, Hashable, CaseIterable {
    /// All peaks are 1.
    case none = "null"
    /// All areas are equal.
    case slaney
  }

  /// Hz.
  package var sampleRate: Int
  /// Lower edge of the lowest filter, Hz.
  package var fMin: Double
  /// Upper edge of the highest filter, Hz; nil is half the sample rate. More than that leaves filters empty.
  package var fMax: Double?
  /// Number of filters.
  package var nMels: Int
  /// How filters are weighted against each other.
  package var norm: Norm
  /// The scale that the filters are spaced on.
  package var melScale: MelScale
  /// The spectrum that is filtered.
  package var spectrogram: SpectrogramOptions

  /// Options from a configuration's `method_args`. Throws `badArgument` for unknown names and wrong values.
  package init(arguments: [String: String] = [:]) throws(AudioError) {
    var read = MethodArguments(method: "MelSpectrogram", arguments)
    self.init(reading: &read)
    try read.finish()
    try validate("MelSpectrogram")
  }

  /// Reads the options whose names begin with `prefix`; the sample rate has none.
  init(reading read: inout MethodArguments, prefix: String = "") {
    sampleRate = read.int("sample_rate", 16_000, in: 1000...768_000)
    fMin = read.double(prefix + "f_min", 0, in: 0...384_000)
    fMax = read.optionalDouble(prefix + "f_max", in: 0...384_000)
    nMels = read.int(prefix + "n_mels", 128, in: 1...1024)
    norm = read.word(prefix + "norm", .none)
    melScale = read.word(prefix + "mel_scale", .htk)
    spectrogram = SpectrogramOptions(reading: &read, prefix: prefix)
  }

  /// Upper edge of the highest filter, Hz.
  var highest: Double { fMax ?? Double(sampleRate / 2) }

  /// Throws `badArgument` when the options do not fit together.
  func validate(_ method: String) throws(AudioError) {
    try spectrogram.validate(method)
    guard highest > fMin else {
      throw AudioError(.badArgument, "\(method): f_max (\(highest) Hz) is not above f_min (\(fMin) Hz)")
    }
  }
}
