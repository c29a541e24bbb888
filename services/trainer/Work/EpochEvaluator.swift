internal import Foundation
internal import Logging
internal import VoiceConcurrency
internal import VoiceModels
internal import VoiceRecognition
internal import VoiceStorage

/// Measures epochs of the registry on data sets, one at a time.
struct EpochEvaluator: Sendable {
  let storage: TrainerStorage
  let registry: RegistryClient
  let datasets: DatasetCache
  let settings: TrainerConfiguration.WorkSettings
  let place: WorkFolder
  let files: ComputePool
  let log: Logger
  private let turn = AsyncSemaphore(permits: 1)

  init(
    storage: TrainerStorage, registry: RegistryClient, datasets: DatasetCache,
    settings: TrainerConfiguration.WorkSettings, place: WorkFolder, files: ComputePool, log: Logger
  ) {
    (self.storage, self.registry, self.datasets) = (storage, registry, datasets)
    (self.settings, self.place, self.files, self.log) = (settings, place, files, log)
  }

  /// Measures an epoch. The process is killed when the task is cancelled.
  ///
  /// Throws `notFound` for what there is none of, `invalidArgument` for lists that the data set does not have.
  func evaluate(
    _ epoch: EpochName, on dataset: DatasetName, _ trials: EvaluationProcess.Trials
  ) async throws -> EpochProvenance.Evaluation {
    _ = try await registry.manifest(of: epoch)
    try await check(trials, of: dataset)
    return try await turn.withPermit {
      let control = JobControl()
      // Not cancelled with this task: it takes away what it has written first.
      let work = Task { try await measure(epoch, dataset, trials, control) }
      return try await withTaskCancellationHandler { try await work.value } onCancel: { control.kill() }
    }
  }

  private func measure(
    _ epoch: EpochName, _ dataset: DatasetName, _ trials: EvaluationProcess.Trials, _ control: JobControl
  ) async throws -> EpochProvenance.Evaluation {
    let folder = "\(place.own)/evaluations/\(UUID().uuidString)"
    let result: Result<EpochProvenance.Evaluation, any Error>
    do {
      let bundle = try await registry.bundle(of: epoch, in: folder)
      let process = TrainingProcess(settings: settings, folder: folder, control: control)
      let measured = try await datasets.with(dataset) { root in
        try await EvaluationProcess(process: process, files: files).measure(bundle.folder.path, root: root, trials)
      }
      result = .success(try .init(measured, dataset: dataset, trials))
    } catch { result = .failure(error) }
    do { try await files.run { _ in try FileManager.default.removeItem(atPath: folder) } } catch {
      log.warning("the folder of an evaluation is left", metadata: ["folder": "\(folder)", "error": "\(error)"])
    }
    return try result.get()
  }

  private func check(_ trials: EvaluationProcess.Trials, of dataset: DatasetName) async throws {
    let record = try await storage.datasets.dataset(dataset)
    switch trials {
    case .product(let enroll, let trials):
      for (field, list) in [("enroll_list", enroll), ("trials_list", trials)]
      where !record.lists.contains(where: { $0.path == list }) {
        let names = record.lists.map(\.path).joined(separator: ", ")
        throw RecognitionError.invalid(
          field, "'\(list)' is no list of the data set '\(dataset)', which has: \(names)", reason: "LIST_MISSING")
      }
    case .pairs(let pairs):
      guard try await storage.datasets.files(of: dataset).contains(where: { $0.path.value == pairs }) else {
        throw RecognitionError.invalid("pairs", "'\(pairs)' is no file of the data set '\(dataset)'")
      }
    }
  }
}
