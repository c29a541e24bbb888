/// Options of torchaudio's cepstral coefficients, with its names and defaults; those of the mel spectrum are
/// `melkwargs.<name>`.
package struct MFCCOptions: Sendable, Hashable {
  /// How the cosine transform is scaled.
  package enum Norm: String, Sendable, Hashable, CaseIterable {
    /// So that it is orthogonal.
    case ortho
    /// By 2.
    case none = "null"
  }

  /// Number of coefficients.
  package var nMFCC: Int
  /// How the cosine transform is scaled.
  package var norm: Norm
  /// ln(mel + 1e-6) instead of decibels.
  package var logMels: Bool
  /// The mel spectrum that is transformed.
  package var mel: MelSpectrogramOptions

  /// Options from a configuration's `method_args`. Throws `badArgument` for unknown names and wrong values.
  package init(arguments: [String: String] = [:]) throws(AudioError) {
    var read = MethodArguments(method: "MFCC", arguments)
    nMFCC = read.int("n_mfcc", 40, in: 1...1024)
    read.only("dct_type", 2)
    norm = read.word("norm", .ortho)
    logMels = read.bool("log_mels", false)
    mel = MelSpectrogramOptions(reading: &read, prefix: "melkwargs.")
    try read.finish()
    try validate()
  }

  /// Throws `badArgument` when the options do not fit together.
  func validate() throws(AudioError) {
    try mel.validate("MFCC")
    guard nMFCC <= mel.nMels else {
      throw AudioError(.badArgument, "MFCC: n_mfcc \(nMFCC) exceeds melkwargs.n_mels (\(mel.nMels))")
    }
  }
}
