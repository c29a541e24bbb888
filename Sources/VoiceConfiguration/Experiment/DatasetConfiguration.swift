/// `dataset_conf`: which audio is read, and how.
package struct DatasetConfiguration: Sendable, Hashable {
  /// Shortest clip to train on, s.
  package var minDuration: Double
  /// Training clips are cropped to it, s.
  package var maxDuration: Double
  /// Rate in Hz that audio is resampled to.
  package var sampleRate: Int
  /// Whether the level is brought to `targetDB`.
  package var useDBNormalization: Bool
  /// The level in dB relative to full scale.
  package var targetDB: Double
  /// Whether non-speech is cut out.
  package var doVAD: Bool
  /// Lists of `path<TAB>label`, relative to the root that a command names.
  package var trainList: String?
  /// Clips that stand for the known speakers in an evaluation.
  package var enrollList: String?
  /// Clips that are compared with them.
  package var trialsList: String?
  /// Evaluation clips are cut to it, s.
  package var evaluationMaxDuration: Double
  /// Clips of a padded batch in mvector's evaluation; here a clip is computed alone.
  package var evaluationBatchSize: Int
  /// How clips are put into batches.
  package var loader: LoaderConfiguration
  /// What is done to training clips, as 1.0 says it here; 1.1 says it in a file of its own.
  package var augmentation: AugmentationConfiguration

  init(_ node: ConfigurationNode) {
    let clips = node.optionalMap("dataset") ?? node  // 1.1 has these one level deeper
    minDuration = clips.double("min_duration", default: 0.5, in: 0...3600)
    maxDuration = clips.double("max_duration", default: 3, in: 0.01...3600)
    sampleRate = clips.int("sample_rate", default: 16_000, in: 1000...384_000)
    useDBNormalization = clips.bool("use_dB_normalization", default: true)
    targetDB = clips.double("target_dB", default: -20, in: -200...100)
    doVAD = clips.bool("do_vad", default: false)
    trainList = node.optionalString("train_list")
    enrollList = node.optionalString("enroll_list")
    trialsList = node.optionalString("trials_list")
    let evaluation = node.map("eval_conf")
    evaluationMaxDuration = evaluation.double("max_duration", default: 20, in: 0.01...36_000)
    evaluationBatchSize = evaluation.int("batch_size", default: 1, in: 1...65_536)
    loader = LoaderConfiguration(node)
    augmentation = AugmentationConfiguration(dataset: node)
  }
}

/// `dataset_conf.dataLoader`, 1.1's `sampler`, and the sampler of P speakers × K clips.
package struct LoaderConfiguration: Sendable, Hashable {
  /// Clips of a batch.
  package var batchSize: Int
  /// Threads that read clips.
  package var workerCount: Int
  /// Whether the last, smaller batch is left out.
  package var dropLast: Bool
  /// Whether a batch holds some clips of each of its speakers.
  package var usePKSampler: Bool
  /// How many.
  package var samplesPerSpeaker: Int

  init(_ node: ConfigurationNode) {
    let loader = node.map("dataLoader")
    let sampler = node.optionalMap("sampler") ?? loader
    batchSize = sampler.int("batch_size", default: 64, in: 1...65_536)
    dropLast = sampler.bool("drop_last", default: true)
    workerCount = loader.int("num_workers", default: 4, in: 0...1024)
    usePKSampler = node.bool("is_use_pksampler", default: false)
    samplesPerSpeaker = node.int("sample_per_id", default: 4, in: 1...65_536)
  }
}
