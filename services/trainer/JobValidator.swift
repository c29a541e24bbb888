internal import VoiceConcurrency
internal import VoiceConfiguration
internal import VoiceRecognition
internal import VoiceStorage
internal import VoiceTraining

/// Checks a training before it is queued: whatever can be known to fail is told at once and not hours later.
struct JobValidator: Sendable {
  private static let maximumText = 256 << 10

  let storage: TrainerStorage
  let registry: RegistryClient
  /// Networks are built to be checked, which takes a moment.
  let files: ComputePool

  /// Throws `invalidArgument` with all that is wrong in the configuration, each with line and key, and `notFound` for
  /// data set, epoch and the collection of its promotion.
  func check(_ submission: JobSubmission) async throws {
    let experiment = try await check(submission.spec)
    guard let policy = submission.autoPromotion else { return }
    _ = try await registry.epoch(of: CollectionName(policy.collection, field: "auto_promotion.promotion.collection"))
    let lists = experiment.dataset
    guard submission.spec.evaluates, lists.enrollList != nil, lists.trialsList != nil else {
      throw RecognitionError.invalid(
        "auto_promotion", "needs dataset_conf.enroll_list and trials_list and an evaluation: nothing else tells "
          + "whether the new epoch is better", reason: "NO_EVALUATION")
    }
  }

  private func check(_ spec: TrainingSpec) async throws -> ExperimentConfiguration {
    guard spec.configuration.utf8.count + (spec.augmentation?.utf8.count ?? 0) <= Self.maximumText else {
      throw RecognitionError.invalid("spec.configuration", "has more than \(Self.maximumText) bytes")
    }
    let dataset = try await storage.datasets.dataset(spec.dataset)
    let experiment = try await files.run { _ in try Self.parse(spec) }
    let augmentation =
      try Self.named("spec.augmentation") {
        try spec.augmentation.map { try AugmentationConfiguration.parse($0, file: "augmentation") }
      } ?? experiment.dataset.augmentation
    try await check(experiment, of: spec, on: dataset)
    for case let folder? in [augmentation.noise?.folder, augmentation.reverb?.folder] { try Self.check(folder: folder) }
    if let epoch = spec.baseEpoch {
      let manifest = try await registry.manifest(of: epoch)
      guard manifest.architecture == experiment.model.name else {
        throw RecognitionError.invalid(
          "spec.base_epoch", "epoch '\(epoch)' is a \(manifest.architecture), the configuration trains a "
            + "\(experiment.model.name)")
      }
    } else if experiment.training.fineTuning.imprintsClassifier {
      throw RecognitionError.invalid(
        "spec.base_epoch", "is missing: train_conf.fine_tuning.imprint_classifier needs a network that knows voices")
    }
    return experiment
  }

  private static func parse(_ spec: TrainingSpec) throws -> ExperimentConfiguration {
    try named("spec.configuration") {
      try ExperimentConfiguration.parse(spec.configuration, file: "configuration") { $0.argumentProblems }
    }
  }

  private static func named<Result>(_ field: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as ConfigurationError {
      throw RecognitionError(
        .invalidArgument, reason: "BAD_CONFIGURATION", error.message, field: field,
        metadata: ["line": "\(error.problems.first?.line ?? 0)", "key": error.problems.first?.key ?? ""])
    }
  }

  /// The lists that the experiment names are lists of the data set, and the one to train on fits the classifier.
  private func check(
    _ experiment: ExperimentConfiguration, of spec: TrainingSpec, on dataset: DatasetRecord
  ) async throws {
    guard let train = experiment.dataset.trainList else {
      throw RecognitionError.invalid("spec.configuration", "dataset_conf.train_list is missing")
    }
    let evaluation = [experiment.dataset.enrollList, experiment.dataset.trialsList].compactMap(\.self)
    for list in [train] + (spec.evaluates ? evaluation : [])
    where !dataset.lists.contains(where: { $0.path == list }) {
      let names = dataset.lists.map(\.path).joined(separator: ", ")
      throw RecognitionError.invalid(
        "spec.configuration", "'\(list)' is no list of the data set '\(dataset.name)', which has: \(names)",
        reason: "LIST_MISSING")
    }
    let clips = try await clips(of: train, in: spec.dataset)
    do {
      _ = try SpeakerList(file: train, clips: clips).classCount(configured: experiment.model.classifier.speakerCount)
    } catch { throw RecognitionError.invalid("spec.configuration", error.message, reason: "BAD_LIST") }
  }

  private func clips(of list: String, in dataset: DatasetName) async throws -> [SpeakerList.Clip] {
    let found = try await storage.datasets.files(of: dataset).first { $0.path.value == list }
    guard let file = found else { throw RecognitionError.missing("list", list) }
    let content = Collector()
    try await storage.contents.read(file.hash) { await content.add($0) }
    var clips: [SpeakerList.Clip] = []
    let lines = String(decoding: await content.bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count == 2, let speaker = Int(columns[1]), speaker >= 0 else {
        throw RecognitionError.invalid(
          "spec.configuration", "\(list):\(index + 1): a list to train on numbers its speakers from 0 on",
          reason: "BAD_LIST")
      }
      clips.append(.init(path: String(columns[0]), speaker: speaker))
    }
    return clips
  }

  /// Folders of sounds lie in the data set: a job reads nothing else of the trainer's disk.
  private static func check(folder: String) throws(RecognitionError) {
    do { _ = try DatasetPath(folder, field: "spec.configuration") } catch {
      throw .invalid(
        "spec.configuration", "the folder '\(folder)' is not one inside the data set: write its path from there",
        reason: "BAD_FOLDER")
    }
  }
}

/// Collects what comes in pieces.
private actor Collector {
  private(set) var bytes: [UInt8] = []
  func add(_ piece: [UInt8]) { bytes += piece }
}
