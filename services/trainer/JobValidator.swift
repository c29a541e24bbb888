internal import VoiceConcurrency
internal import VoiceConfiguration
internal import VoiceModels
internal import VoiceRecognition
internal import VoiceStorage
internal import VoiceTraining

/// Checks a training before it is queued: whatever can be known to fail is told at once and not hours later.
struct JobValidator: Sendable {
  private static let maximumText = 256 << 10

  let storage: TrainerStorage
  let registry: RegistryClient
  /// How many processes train together.
  let processes: Int
  /// Networks are built to be checked, which takes a moment.
  let files: ComputePool

  /// Gives what people should know although it can be trained.
  ///
  /// Throws `invalidArgument` with all that is wrong in the configuration, each with line and key, and `notFound` for
  /// data set, epoch and the collection of its promotion.
  func check(_ submission: JobSubmission) async throws -> [String] {
    let (experiment, warnings) = try await check(submission.spec)
    guard let policy = submission.autoPromotion else { return warnings }
    _ = try await registry.epoch(of: CollectionName(policy.collection, field: "auto_promotion.promotion.collection"))
    let lists = experiment.dataset
    guard submission.spec.evaluates, lists.enrollList != nil, lists.trialsList != nil else {
      throw RecognitionError.invalid(
        "auto_promotion", "needs dataset_conf.enroll_list and trials_list and an evaluation: nothing else tells "
          + "whether the new epoch is better", reason: "NO_EVALUATION")
    }
    return warnings
  }

  private func check(_ spec: TrainingSpec) async throws -> (ExperimentConfiguration, warnings: [String]) {
    guard spec.configuration.utf8.count + (spec.augmentation?.utf8.count ?? 0) <= Self.maximumText else {
      throw RecognitionError.invalid("spec.configuration", "has more than \(Self.maximumText) bytes")
    }
    let dataset = try await storage.datasets.dataset(spec.dataset)
    let experiment = try await files.run { _ in try Self.parse(spec) }
    let augmentation =
      try Self.named("spec.augmentation") {
        try spec.augmentation.map { try AugmentationConfiguration.parse($0, file: "augmentation") }
      } ?? experiment.dataset.augmentation
    for case let folder? in [augmentation.noise?.folder, augmentation.reverb?.folder] { try Self.check(folder: folder) }
    let paths = try await storage.datasets.files(of: spec.dataset)
    let training = TrainingCheck(
      experiment, augmentation: augmentation, list: try await list(of: experiment, spec, on: dataset, paths))
    try await run("spec.configuration") { try training.run(ranks: processes) }
    if let epoch = spec.baseEpoch {
      let manifest = try await registry.manifest(of: epoch)
      try await run("spec.base_epoch") { try training.requireSame(as: manifest) }
    } else if experiment.training.fineTuning.imprintsClassifier {
      throw RecognitionError.invalid(
        "spec.base_epoch", "is missing: train_conf.fine_tuning.imprint_classifier needs a network that knows voices")
    }
    return (experiment, training.warnings(files: paths.lazy.map(\.path.value)))
  }

  /// What is wrong with a training is told with the field that says so.
  private func run(_ field: String, _ body: @escaping @Sendable () throws -> Void) async throws {
    do { try await files.run { _ in try body() } } catch let error as TrainingError {
      throw RecognitionError.invalid(field, error.message, reason: error.code == .badList ? "BAD_LIST" : "BAD_TRAINING")
    } catch let error as NetworkError {
      throw RecognitionError.invalid(field, error.message, reason: "BAD_TRAINING")
    }
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

  /// The list to train on. It and the others that the experiment names must be lists of the data set.
  private func list(
    of experiment: ExperimentConfiguration, _ spec: TrainingSpec, on dataset: DatasetRecord, _ files: [DatasetFile]
  ) async throws -> SpeakerList {
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
    let clips = try await clips(of: train, files)
    do { return try SpeakerList(file: train, clips: clips) } catch {
      throw RecognitionError.invalid("spec.configuration", error.message, reason: "BAD_LIST")
    }
  }

  private func clips(of list: String, _ files: [DatasetFile]) async throws -> [SpeakerList.Clip] {
    guard let file = files.first(where: { $0.path.value == list }) else {
      throw RecognitionError.missing("list", list)
    }
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
    let path = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    do { _ = try DatasetPath(path, field: "spec.configuration") } catch {
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
