/// The front-end of an epoch: how audio becomes the features its network was trained on.
package struct FrontEnd: Sendable, Hashable, Codable {
  /// `Fbank`, `MelSpectrogram`, `Spectrogram` or `MFCC`.
  package var featureMethod: String
  /// Arguments of the method under their names in the configuration, as YAML scalars.
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

  enum CodingKeys: String, CodingKey {
    case featureMethod = "feature_method"
    case methodArguments = "method_args"
    case sampleRate = "sample_rate"
    case useDBNormalization = "use_dB_normalization"
    case targetDB = "target_dB"
    case doVAD = "do_vad"
  }
}

/// Features of one utterance, row by row.
package struct FeatureMatrix: Sendable, Hashable {
  /// The values, `[frames, bins]`.
  package var values: [Float]
  /// Number of frames.
  package var frames: Int
  /// Number of bins.
  package var bins: Int

  /// Features of `frames` rows; their number of values is checked where they are used.
  package init(values: [Float], frames: Int, bins: Int) {
    self.values = values
    self.frames = frames
    self.bins = bins
  }
}
