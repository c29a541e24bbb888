/// What is done to training clips, in the order of the properties: `dataset_conf.aug_conf` and `spec_aug_args` of 1.0,
/// or the file `augmentation.yml` of 1.1.
package struct AugmentationConfiguration: Sendable, Hashable {
  /// How clips are played faster or slower.
  package struct Speed: Sendable, Hashable {
    /// Probability that one of the speeds 1.0, 0.9 and 1.1 is drawn, each as often as the others.
    package var probability: Double
    /// Whether each speed makes a speaker of its own.
    package var makesSpeakers: Bool
  }

  /// How the level is changed.
  package struct Volume: Sendable, Hashable {
    /// Probability of a change.
    package var probability: Double
    /// The gain is drawn from it, dB.
    package var gainDB: ClosedRange<Double>
  }

  /// How noise is added.
  package struct Noise: Sendable, Hashable {
    /// Probability of noise.
    package var probability: Double
    /// Folder of noise clips; when it is missing, no noise is added.
    package var folder: String
    /// The signal-to-noise ratio is drawn from it, dB.
    package var snrDB: ClosedRange<Double>
    /// Whether the level of a noise is that of the part which is added (1.1) rather than of the whole clip (1.0).
    package var isLevelOfPart: Bool
  }

  /// How rooms are imitated.
  package struct Reverb: Sendable, Hashable {
    /// Probability of a room.
    package var probability: Double
    /// Folder of impulse responses; when it is missing, no room is imitated.
    package var folder: String
  }

  /// How telephone lines are imitated, which mvector does not.
  package struct Telephone: Sendable, Hashable {
    /// Probability of a line.
    package var probability: Double
    /// The codes of lines, one of which is drawn: `mu-law`, `a-law` (ITU-T G.711), `gsm` (06.10 full rate).
    package var codes: [String]
    /// All codes there are.
    package static let knownCodes = ["mu-law", "a-law", "gsm"]
  }

  /// How bands of the features are blanked.
  package enum Masks: Sendable, Hashable {
    /// 1.0: one band of bins and one of frames, as wide as drawn from `lowest..<beyond the highest`, become 0.
    case widths(bins: Range<Int>, frames: Range<Int>)
    /// 1.1: with a probability, bands at most as wide as a share of all become the mean of the features.
    case ratios(probability: Double, binRatio: Double, binCount: Int, frameRatio: Double, frameCount: Int)
  }

  /// Faster and slower; nil when clips keep their speed.
  package var speed: Speed?
  /// Louder and quieter.
  package var volume: Volume?
  /// With noise.
  package var noise: Noise?
  /// In rooms.
  package var reverb: Reverb?
  /// Over the telephone.
  package var telephone: Telephone?
  /// With blanked bands.
  package var masks: Masks?

  /// Clips as they are.
  package static let none = AugmentationConfiguration()

  /// How many classes a speaker makes in training: 3 when each speed is a speaker of its own.
  package var classesPerSpeaker: Int { speed.map { $0.makesSpeakers && $0.probability > 0 } == true ? 3 : 1 }

  private init() {}

  /// 1.0's keys of `dataset_conf`.
  init(dataset: ConfigurationNode) {
    let node = dataset.map("aug_conf")
    let makesSpeakers = node.bool("speed_perturb_3_class", default: false)
    if node.bool("speed_perturb", default: true) { speed = Speed(probability: 1, makesSpeakers: makesSpeakers) }
    let volumeProbability = node.probability("volume_aug_prob", default: 0.2)
    if node.bool("volume_perturb", default: false) {
      volume = Volume(probability: volumeProbability, gainDB: -15...15)
    }
    let noiseProbability = node.probability("noise_aug_prob", default: 0.2)
    if let folder = node.optionalString("noise_dir") {
      noise = Noise(probability: noiseProbability, folder: folder, snrDB: 10...50, isLevelOfPart: false)
    }
    let telephoneProbability = node.probability("telephone_aug_prob", default: 0)
    let codes = node.codes("telephone_codes")
    if telephoneProbability > 0 { telephone = Telephone(probability: telephoneProbability, codes: codes) }
    let masks = dataset.map("spec_aug_args")
    let widths = Masks.widths(
      bins: Self.bounds("freq_mask_width", in: masks, default: 0..<8),
      frames: Self.bounds("time_mask_width", in: masks, default: 0..<10))
    if dataset.bool("use_spec_aug", default: true) { self.masks = widths }
  }

  /// The file of 1.1.
  init(file root: ConfigurationNode) {
    if let node = root.optionalMap("speed") {
      speed = Speed(
        probability: node.probability("prob", default: 1),
        makesSpeakers: node.bool("speed_perturb_3_class", default: false))
    }
    if let node = root.optionalMap("volume") {
      volume = Volume(
        probability: node.probability("prob", default: 0),
        gainDB: node.interval("min_gain_dBFS", "max_gain_dBFS", default: -15...15))
    }
    if let node = root.optionalMap("noise") {
      noise = Noise(
        probability: node.probability("prob", default: 0.5), folder: node.string("noise_dir"),
        snrDB: node.interval("min_snr_dB", "max_snr_dB", default: 10...50), isLevelOfPart: true)
    }
    if let node = root.optionalMap("reverb") {
      reverb = Reverb(probability: node.probability("prob", default: 0.5), folder: node.string("reverb_dir"))
    }
    if let node = root.optionalMap("telephone") {
      telephone = Telephone(probability: node.probability("prob", default: 0.5), codes: node.codes("codes"))
    }
    if let node = root.optionalMap("spec_aug") {
      masks = .ratios(
        probability: node.probability("prob", default: 0.5),
        binRatio: node.probability("freq_mask_ratio", default: 0.1),
        binCount: node.int("n_freq_masks", default: 1, in: 0...1000),
        frameRatio: node.probability("time_mask_ratio", default: 0.05),
        frameCount: node.int("n_time_masks", default: 1, in: 0...1000))
      if node.int("max_time_warp", default: 0, in: 0...100_000) > 0 {
        node.report("max_time_warp", "features are not warped here; 0 is the default of mvector too")
      }
    }
  }

  /// Reads 1.1's `augmentation.yml`. Throws `ConfigurationError` with all its problems.
  package static func load(file: String) throws(ConfigurationError) -> AugmentationConfiguration {
    try read(.load(file: file))
  }

  /// Reads a text like it; `file` stands in the errors. Throws `ConfigurationError`.
  package static func parse(_ text: String, file: String) throws(ConfigurationError) -> AugmentationConfiguration {
    try read(.parse(text, file: file))
  }

  private static func read(_ root: ConfigurationNode) throws(ConfigurationError) -> AugmentationConfiguration {
    let configuration = AugmentationConfiguration(file: root)
    try root.finish()
    return configuration
  }

  private static func bounds(_ key: String, in node: ConfigurationNode, default value: Range<Int>) -> Range<Int> {
    let bounds = node.ints(key, default: [value.lowerBound, value.upperBound])
    if bounds.count == 2, bounds[0] >= 0, bounds[0] < bounds[1] { return bounds[0]..<bounds[1] }
    node.report(key, "must be two whole numbers from 0 on, the first less than the second")
    return value
  }
}

extension ConfigurationNode {
  fileprivate func probability(_ key: String, default value: Double) -> Double {
    double(key, default: value, in: 0...1)
  }

  /// Codes of telephone lines, all by default.
  fileprivate func codes(_ key: String) -> [String] {
    let known = AugmentationConfiguration.Telephone.knownCodes
    let codes = strings(key, default: known)
    for code in codes where !known.contains(code) {
      report(key, "knows no '\(code)': \(known.joined(separator: ", "))")
    }
    if codes.isEmpty { report(key, "is empty: \(known.joined(separator: ", "))") }
    return codes
  }

  /// A range of two keys in dB.
  fileprivate func interval(
    _ lower: String, _ upper: String, default value: ClosedRange<Double>
  ) -> ClosedRange<Double> {
    let low = double(lower, default: value.lowerBound, in: -300...300)
    let high = double(upper, default: value.upperBound, in: -300...300)
    if low <= high { return low...high }
    report(upper, "is \(high), less than \(lower), which is \(low)")
    return value
  }
}
