internal import VoiceAudio
package import VoiceConfiguration
package import VoiceModels
package import VoiceRecognition

/// What can be known to be wrong with a training before any clip is read.
package struct TrainingCheck: Sendable {
  private let experiment: ExperimentConfiguration
  private let augmentation: AugmentationConfiguration
  private let list: SpeakerList

  /// A training of an experiment on a list. What is done to the clips may stand in a file of its own.
  package init(_ experiment: ExperimentConfiguration, augmentation: AugmentationConfiguration, list: SpeakerList) {
    (self.experiment, self.augmentation, self.list) = (experiment, augmentation, list)
  }

  /// The network that would be trained. Throws `NetworkError` or ``TrainingError``.
  package func network() throws -> NetworkConfiguration {
    let bins: Int
    do { bins = try FrontEndConfiguration(experiment).makeFrontEnd().bins } catch {
      throw TrainingError(.badArgument, "preprocess_conf: \(error.message)")
    }
    return try NetworkConfiguration(experiment.model, inputSize: bins)
  }

  /// Checks classifier, learning rates and batches, for so many processes that train together.
  ///
  /// Throws `NetworkError` or ``TrainingError`` with what to do.
  package func run(ranks: Int) throws {
    let speakers = try list.classCount(configured: experiment.model.classifier.speakerCount)
    let classes = speakers * augmentation.classesPerSpeaker
    let network = try network()
    let setup = try TrainingSetup(experiment, bins: network.inputSize, classes: classes)
    let tuning = experiment.training.fineTuning
    try tuning.checkFactors(of: SpeakerNetwork.trainedPaths(network) + ["classifier"], network.architecture)
    if tuning.imprintsClassifier {
      try Imprinting.check(setup.classifier.kind, setup.classifier.sizes, speakers: list.speakerCount)
    }
    let plan = try SamplingPlan(experiment, list, seed: 0, epoch: 1, ranks: ranks)
    guard !plan.batches.isEmpty else { throw SamplingPlan.empty(list, experiment.dataset.loader) }
  }

  /// Throws `badArgument` with what the network or the front-end of an epoch is otherwise than the experiment's: its
  /// weights would be no beginning.
  package func requireSame(as manifest: EpochManifest) throws {
    let (own, other) = (try network(), try NetworkConfiguration(manifest))
    guard own.architecture == other.architecture, own.generation == other.generation else {
      throw difference(
        manifest, "is a \(other.architecture) of mvector \(other.generation.rawValue)",
        "a \(own.architecture) of mvector \(own.generation.rawValue)")
    }
    for (name, there, here) in [
      ("feature bins", other.inputSize, own.inputSize), ("embd_dim", other.embeddingSize, own.embeddingSize),
    ] where there != here { throw difference(manifest, "has \(name) \(there)", "\(here)") }
    for (name, value) in other.arguments.sorted(by: { $0.key < $1.key }) {
      guard let mine = own.arguments[name], mine != value else { continue }
      throw difference(manifest, "has the argument \(name) \(value)", "\(mine)")
    }
    // What is left out is mvector's default, which may be another than what is given.
    guard try SpeakerNetwork.parameterShapes(own) == SpeakerNetwork.parameterShapes(other) else {
      throw difference(manifest, "has the arguments \(other.arguments)", "\(own.arguments), other layers")
    }
    try requireSame(manifest.frontEnd, of: manifest)
  }

  private func requireSame(_ frontEnd: FrontEnd, of manifest: EpochManifest) throws {
    let (own, other) = (FrontEndConfiguration(experiment), FrontEndConfiguration(frontEnd))
    guard try own.computesSame(as: other) else {
      throw difference(
        manifest, "has the front-end \(other.featureMethod) \(other.methodArguments) at \(other.sampleRate) Hz",
        "\(own.featureMethod) \(own.methodArguments) at \(own.sampleRate) Hz")
    }
    let (here, there) = (own.preparation, other.preparation)
    if here != there { throw difference(manifest, "has \(there)", "\(here)") }
  }

  private func difference(_ manifest: EpochManifest, _ there: String, _ here: String) -> TrainingError {
    TrainingError(.badArgument, "epoch '\(manifest.name)' \(there); the configuration has \(here)")
  }

  /// What a training does without, as its folder is no folder of audio among these files, for people.
  package func warnings(files: some Sequence<String>) -> [String] {
    var missing: [(folder: String, warning: String)] = []
    if let noise = augmentation.noise, noise.probability > 0 {
      missing.append((noise.folder, "no noise is added: the folder \(noise.folder) holds no audio"))
    }
    if let reverb = augmentation.reverb, reverb.probability > 0 {
      missing.append((reverb.folder, "no room is imitated: the folder \(reverb.folder) holds no audio"))
    }
    for file in files where !missing.isEmpty && Corpus.isAudio(file) {
      let folder = file.lastIndex(of: "/").map { file[..<$0] } ?? ""
      missing.removeAll { $0.folder == folder || $0.folder == "\(folder)/" }
    }
    return missing.map(\.warning)
  }
}

extension FrontEndConfiguration {
  fileprivate init(_ frontEnd: FrontEnd) {
    self.init(
      featureMethod: frontEnd.featureMethod, methodArguments: frontEnd.methodArguments,
      sampleRate: frontEnd.sampleRate, useDBNormalization: frontEnd.useDBNormalization, targetDB: frontEnd.targetDB,
      doVAD: frontEnd.doVAD)
  }

  /// What is done to the samples before, for people.
  fileprivate var preparation: String {
    (useDBNormalization ? "the level at \(targetDB) dB" : "the level as it is") + (doVAD ? ", VAD" : ", no VAD")
  }

  /// Whether two front-ends make the same features, whichever of their arguments are written out.
  fileprivate func computesSame(as other: Self) throws -> Bool {
    guard featureMethod == other.featureMethod, sampleRate == other.sampleRate else { return false }
    let (own, others) = (methodArguments, other.methodArguments)
    return switch featureMethod {
    case "Fbank": try FbankOptions(arguments: own) == FbankOptions(arguments: others)
    case "MelSpectrogram": try MelSpectrogramOptions(arguments: own) == MelSpectrogramOptions(arguments: others)
    case "Spectrogram": try SpectrogramOptions(arguments: own) == SpectrogramOptions(arguments: others)
    case "MFCC": try MFCCOptions(arguments: own) == MFCCOptions(arguments: others)
    default: own == others
    }
  }
}
