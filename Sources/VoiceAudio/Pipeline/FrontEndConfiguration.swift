/// How audio becomes features: mvector's `preprocess_conf` with what comes before it.
package struct FrontEndConfiguration: Sendable, Hashable {
  /// Name of the front-end.
  package var featureMethod: String
  /// Its arguments under their names in the configuration; those of a mapping in it are `<mapping>.<name>`.
  package var methodArguments: [String: String]
  /// Rate in Hz that audio is resampled to first.
  package var sampleRate: Int
  /// Whether the level is brought to `targetDB` first.
  package var useDBNormalization: Bool
  /// The level in dB relative to full scale.
  package var targetDB: Double
  /// Whether non-speech is cut out first.
  package var doVAD: Bool

  /// mvector's default: 80-bin Fbank at 16 kHz, the level at -20 dB.
  package init(
    featureMethod: String = "Fbank", methodArguments: [String: String] = ["num_mel_bins": "80"],
    sampleRate: Int = 16_000, useDBNormalization: Bool = true, targetDB: Double = -20, doVAD: Bool = false
  ) {
    self.featureMethod = featureMethod
    self.methodArguments = methodArguments
    self.sampleRate = sampleRate
    self.useDBNormalization = useDBNormalization
    self.targetDB = targetDB
    self.doVAD = doVAD
  }

  /// The front-end that it names. Throws `badArgument` for an unknown one and for wrong arguments.
  package func makeFrontEnd() throws(AudioError) -> any AcousticFrontEnd {
    switch featureMethod {
    case "Fbank": return try Fbank(FbankOptions(arguments: methodArguments))
    case "MelSpectrogram": return try MelSpectrogram(MelSpectrogramOptions(arguments: methodArguments))
    case "Spectrogram": return try Spectrogram(SpectrogramOptions(arguments: methodArguments))
    case "MFCC": return try MFCC(MFCCOptions(arguments: methodArguments))
    default:
      throw AudioError(
        .badArgument,
        "there is no feature_method '\(featureMethod)'; there are Fbank, MelSpectrogram, Spectrogram and MFCC")
    }
  }
}
