/// An experiment as mvector's `configs/*.yml` state it, in the spelling of 1.0 (`use_model`, `use_loss`) or of 1.1
/// (`model_conf.model`, `loss_conf.loss`): data, front-end, network, loss, optimiser, training.
package struct ExperimentConfiguration: Sendable, Hashable {
  /// Which audio is read, and how.
  package var dataset: DatasetConfiguration
  /// How audio becomes features.
  package var preprocess: PreprocessConfiguration
  /// The network.
  package var model: ModelConfiguration
  /// What training minimises.
  package var loss: LossConfiguration
  /// How the parameters are changed.
  package var optimizer: OptimizerConfiguration
  /// How long and in which precision is trained.
  package var training: TrainingConfiguration

  /// What those who know front-ends and networks find wrong with an argument.
  package struct ArgumentProblem: Sendable, Hashable {
    /// Its path in the file, e.g. `model_conf.backbone.embd_dim`.
    package var path: String
    /// What is wrong with it.
    package var message: String

    /// A problem of the value at a path.
    package init(path: String, message: String) {
      self.path = path
      self.message = message
    }
  }

  /// Reads a file. Throws `ConfigurationError` with all its problems, unknown keys and what `check` finds among them.
  package static func load(
    file: String, check: (ExperimentConfiguration) -> [ArgumentProblem] = { _ in [] }
  ) throws(ConfigurationError) -> ExperimentConfiguration {
    try read(.load(file: file), check)
  }

  /// Reads a text; `file` stands in the errors. Throws `ConfigurationError`.
  package static func parse(
    _ text: String, file: String, check: (ExperimentConfiguration) -> [ArgumentProblem] = { _ in [] }
  ) throws(ConfigurationError) -> ExperimentConfiguration {
    try read(.parse(text, file: file), check)
  }

  private static func read(
    _ root: ConfigurationNode, _ check: (ExperimentConfiguration) -> [ArgumentProblem]
  ) throws(ConfigurationError) -> ExperimentConfiguration {
    let configuration = ExperimentConfiguration(root)
    for problem in check(configuration) { root.report(path: problem.path, problem.message) }
    try root.finish()
    return configuration
  }

  private init(_ root: ConfigurationNode) {
    dataset = DatasetConfiguration(root.map("dataset_conf"))
    preprocess = PreprocessConfiguration(root.map("preprocess_conf"))
    model = ModelConfiguration(root)
    let lossNode = root.map("loss_conf")
    loss = LossConfiguration(lossNode, isSecondGeneration: model.isSecondGeneration)
    optimizer = OptimizerConfiguration(root.map("optimizer_conf"))
    training = TrainingConfiguration(root.map("train_conf"))
    reportContradictions(root, lossNode)
  }

  /// What is right by itself and wrong together.
  private func reportContradictions(_ root: ConfigurationNode, _ lossNode: ConfigurationNode) {
    let classifier = root.map("model_conf").map("classifier")
    switch loss.kind {
    case .crossEntropy, .triplet: break
    default:
      if model.classifier.type == "Linear" {
        classifier.report("classifier_type", "is Linear, but \(loss.name.rawValue) puts its margin on cosines")
      }
    }
    if case .subCentre(_, let centres) = loss.kind {
      if let centres, let own = model.classifier.centresPerSpeaker, centres != own {
        classifier.report("K", "is \(own), but the loss says \(centres)")
      }
    } else if let own = model.classifier.centresPerSpeaker, own > 1 {
      classifier.report("K", "is \(own), but \(loss.name.rawValue) knows one centre of a speaker")
    }
    let loader = dataset.loader
    if loader.usePKSampler, !loader.batchSize.isMultiple(of: loader.samplesPerSpeaker) {
      root.map("dataset_conf").report(
        "sample_per_id", "a batch of \(loader.batchSize) is no multiple of \(loader.samplesPerSpeaker)")
    }
    if dataset.minDuration > dataset.maxDuration {
      root.map("dataset_conf").report(
        "min_duration", "is \(dataset.minDuration) s, more than max_duration, which is \(dataset.maxDuration) s")
    }
  }
}

/// `train_conf`.
package struct TrainingConfiguration: Sendable, Hashable {
  /// Passes over the training list.
  package var maxEpoch: Int
  /// Batches between two log lines.
  package var logInterval: Int
  /// Whether mvector would compute in 16 bits; this system computes in float32.
  package var enableAMP: Bool
  /// Whether mvector would compile the network; here it has no effect.
  package var useCompile: Bool
  /// How a network that has learnt already is changed.
  package var fineTuning: FineTuningConfiguration

  init(_ node: ConfigurationNode) {
    maxEpoch = node.int("max_epoch", default: 60, in: 1...1_000_000)
    logInterval = node.int("log_interval", default: 100, in: 1...1_000_000)
    enableAMP = node.bool("enable_amp", default: false)
    useCompile = node.bool("use_compile", default: false)
    fineTuning = FineTuningConfiguration(node.map("fine_tuning"))
  }
}

/// `train_conf.fine_tuning`, a key that mvector lacks: how a network that has learnt already is changed.
package struct FineTuningConfiguration: Sendable, Hashable {
  /// Whether batch norms keep their running statistics, and use them in training too.
  package var freezesNorms: Bool
  /// Whether the classifier begins with the speakers' mean voiceprints rather than with random values.
  package var imprintsClassifier: Bool
  /// Factors of the learning rate: 0 leaves alone what it is for. The key is `classifier`, or a prefix of keys of the
  /// network's checkpoint, whole parts of them (`xvector.block1`); the longest that fits counts.
  package var rateFactors: [String: Double]

  init(_ node: ConfigurationNode) {
    freezesNorms = node.bool("freeze_batch_norm", default: false)
    imprintsClassifier = node.bool("imprint_classifier", default: false)
    let factors = node.map("learning_rate_factors")
    rateFactors = [:]
    for key in factors.keys { rateFactors[key] = factors.double(key, in: 0...1000) }
  }

  /// The key that holds for the parameter `path` of a network; nil when none does.
  package func factorKey(of path: String) -> String? {
    rateFactors.keys.filter { path == $0 || path.hasPrefix("\($0).") }.max { $0.count < $1.count }
  }
}
