/// `dataset_conf.aug_conf` and `spec_aug_args` of 1.0: what is done to training clips.
package struct AugmentationConfiguration: Sendable, Hashable {
  /// Whether clips are played faster or slower.
  package var speedPerturb: Bool
  /// Whether each speed makes a speaker of its own.
  package var speedPerturbThreeClass: Bool
  /// Whether the volume is changed.
  package var volumePerturb: Bool
  /// Probability of a change of volume.
  package var volumeProbability: Double
  /// Folder of noise clips; a missing one means no noise.
  package var noiseFolder: String?
  /// Probability of noise.
  package var noiseProbability: Double
  /// Whether bands of the features are masked.
  package var useSpecAugment: Bool
  /// Bounds of the masked bins, `[lowest, beyond the highest]`.
  package var frequencyMaskWidth: [Int]
  /// Bounds of the masked frames, `[lowest, beyond the highest]`.
  package var timeMaskWidth: [Int]

  init(_ dataset: ConfigurationNode) {
    let node = dataset.map("aug_conf")
    speedPerturb = node.bool("speed_perturb", default: true)
    speedPerturbThreeClass = node.bool("speed_perturb_3_class", default: false)
    volumePerturb = node.bool("volume_perturb", default: false)
    volumeProbability = node.double("volume_aug_prob", default: 0.2, in: 0...1)
    noiseFolder = node.optionalString("noise_dir")
    noiseProbability = node.double("noise_aug_prob", default: 0.2, in: 0...1)
    useSpecAugment = dataset.bool("use_spec_aug", default: true)
    let masks = dataset.map("spec_aug_args")
    frequencyMaskWidth = Self.bounds("freq_mask_width", in: masks, default: [0, 8])
    timeMaskWidth = Self.bounds("time_mask_width", in: masks, default: [0, 10])
  }

  private static func bounds(_ key: String, in node: ConfigurationNode, default value: [Int]) -> [Int] {
    let bounds = node.ints(key, default: value)
    if bounds.count == 2, bounds[0] >= 0, bounds[0] < bounds[1] { return bounds }
    node.report(key, "must be two whole numbers from 0 on, the first less than the second")
    return value
  }
}
