internal import Glibc

/// Scales of pitch that torchaudio knows.
package enum MelScale: String, Sendable, Hashable, CaseIterable {
  /// mel(f) = 2595 log10(1 + f/700).
  case htk
  /// Linear to 1000 Hz, logarithmic above (Slaney's Auditory Toolbox).
  case slaney

  private static let hertzPerMel = 200.0 / 3
  private static let breakHertz = 1000.0
  private static let breakMel = breakHertz / hertzPerMel
  private static let logStep = log(6.4) / 27

  /// The pitch of a frequency in Hz.
  func mel(_ hertz: Double) -> Double {
    switch self {
    case .htk: 2595 * log10(1 + hertz / 700)
    case .slaney:
      hertz < Self.breakHertz
        ? hertz / Self.hertzPerMel : Self.breakMel + log(hertz / Self.breakHertz) / Self.logStep
    }
  }

  /// The frequency in Hz of a pitch.
  func hertz(_ mel: Double) -> Double {
    switch self {
    case .htk: 700 * (pow(10, mel / 2595) - 1)
    case .slaney:
      mel < Self.breakMel ? mel * Self.hertzPerMel : Self.breakHertz * exp(Self.logStep * (mel - Self.breakMel))
    }
  }
}
