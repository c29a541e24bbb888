internal import Foundation
internal import Logging
internal import VoiceCluster
internal import VoiceConcurrency
internal import VoiceModels
internal import VoiceRecognition
internal import VoiceStorage

/// One job from its lease to its end on this host.
struct JobRun: Sendable {
  let lease: JobLease
  let storage: TrainerStorage
  let registry: RegistryClient
  let settings: TrainerConfiguration.WorkSettings
  let datasets: DatasetCache
  let place: WorkFolder
  let files: ComputePool
  let log: Logger
  let control: JobControl

  var spec: TrainingSpec { lease.job.spec }
  /// Of this lease alone: an earlier one of the same job may still be ending.
  var folder: String { "\(place.own)/jobs/\(lease.job.id)-\(lease.token)" }
  var transfer: CheckpointTransfer { CheckpointTransfer(storage: storage, files: files) }

  /// Works on the job until it has ended, was given back or is another's; never throws: what went wrong is written to
  /// the job.
  func run() async {
    let renewal = Task { await Heartbeat(lease: lease, news: storage.queue.news, control: control, log: log).run() }
    await conclude(await perform())
    renewal.cancel()
    await renewal.value
    // What is left of a job whose lease is over helps nobody.
    do { try await files.run { [folder] _ in try FileManager.default.removeItem(atPath: folder) } } catch {
      log.warning("the folder of a job is left", metadata: ["folder": "\(folder)", "error": "\(error)"])
    }
  }

  private func perform() async -> JobEnding {
    let worker = lease.job.worker
    do {
      try await files.run { [folder] _ in
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
      let end = try await datasets.with(spec.dataset, trying: { try await persistently($0) }) { root in
        try await train(root: root)
      }
      return JobEnding(control.reason, after: end, worker: worker)
    } catch {
      log.error("a job could not be worked on", metadata: ["job": "\(lease.job.id)", "error": "\(error)"])
      return JobEnding(control.reason, failure: error, worker: worker)
    }
  }

  /// How the training process ended; nil when it was not even started, as the job has to stop.
  private func train(root: String) async throws -> TrainingProcess.End? {
    var arguments = try await self.arguments(root: root)
    guard control.reason == nil else { return nil }
    let pipe = try ReportPipe("\(folder)/progress")
    arguments += ["--progress", pipe.path]
    let process = TrainingProcess(settings: settings, folder: folder, control: control)
    let (words, ranks) = (arguments, settings.processes)
    async let end = process.run(words, log: "train", ranks: ranks) { pipe.close() }
    var stored: String?
    do {
      for await report in pipe.reports { if let path = try await take(report) { stored = path } }
    } catch {
      // Nothing can be written down any more, or what is to be stored cannot be read: the process works for nothing.
      control.kill()
      _ = try? await end  // what went wrong is known
      throw error
    }
    let ended = try await end
    if control.reason != .lost { try await storeLast(besides: stored) }
    if ended.status.isSuccess && control.reason != .lost { try await publish(root: root) }
    return ended
  }

  private func arguments(root: String) async throws -> [String] {
    let configuration = "\(folder)/configuration.yml"
    try await write(spec.configuration, to: configuration)
    var arguments = [
      "train", "--configs", configuration, "--root", root, "--save-model-path", "\(folder)/models",
      "--seed", "\(spec.seed)", "--do-eval", "\(spec.evaluates)", "--checkpoint-seconds",
      "\(settings.checkpointSeconds)",
    ]
    if let threads = settings.threads { arguments += ["--threads", "\(threads)"] }
    if let augmentation = spec.augmentation {
      try await write(augmentation, to: "\(folder)/augmentation.yml")
      arguments += ["--data-augment-configs", "\(folder)/augmentation.yml"]
    }
    if let last = try await persistently({ try await lease.checkpoints() }).first(where: \.isLast) {
      try await transfer.fetch(last, to: "\(folder)/resumed")
      arguments += ["--resume-model", "\(folder)/resumed"]
    }
    if let epoch = spec.baseEpoch {
      let bundle = try await persistently { try await registry.bundle(of: epoch, in: "\(folder)/base") }
      arguments += ["--pretrained-model", bundle.url(EpochBundle.weightsName).path]
    }
    return arguments
  }

  private func write(_ text: String, to path: String) async throws {
    try await files.run { _ in try Data(text.utf8).write(to: URL(filePath: path)) }
  }

  /// Stores what the process has saved and not told any more, as ranks do that are ended in the middle of a step.
  private func storeLast(besides stored: String?) async throws {
    guard let last = try await transfer.last(in: "\(folder)/models"), last.path != stored else { return }
    _ = try await persistently { try await transfer.store(last, of: lease) }
  }

  /// Gives the path of a checkpoint that was stored.
  private func take(_ report: TrainingReport) async throws -> String? {
    switch report {
    case .position(let position): try await persistently { try await lease.move(to: position) }
    case .saved(let saved):
      let stored = try await persistently { try await transfer.store(saved, of: lease) }
      if stored { return saved.path }
      log.debug("a checkpoint was replaced before it was stored", metadata: ["path": "\(saved.path)"])
    default: try await persistently { try await lease.append(.report(report)) }
    }
    return nil
  }
}

extension JobRun {
  /// Tries again what may pass, as while the database is away or busy, for as long as the job is this trainer's.
  func persistently<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
    var delay = Duration.milliseconds(100)
    while true {
      do { return try await body() } catch let error as RecognitionError
        where error.mayPass && control.reason != .lost
      {
        log.warning("trying again", metadata: ["job": "\(lease.job.id)", "error": "\(error)"])
        // Backing off: nothing here can tell when it will succeed.
        try await Task.sleep(for: delay)
        delay = min(delay * 2, .seconds(2))
      }
    }
  }

  private func conclude(_ ending: JobEnding) async {
    do {
      switch ending {
      case .lost: break
      case .ended(let state, let message):
        let message = Self.withoutPlaces(message, folder: folder)
        try await persistently { try await lease.end(as: state, message: message) }
      case .released(let message, let counts):
        let message = Self.withoutPlaces(message, folder: folder)
        let pause = counts ? settings.retryPause : .zero
        try await persistently { try await lease.release(message: message, counts: counts, pause: pause) }
      }
      log.notice("worked on a job", metadata: ["job": "\(lease.job.id)", "end": "\(ending)"])
    } catch {
      log.warning(
        "a job's end could not be told: its lease will run out",
        metadata: ["job": "\(lease.job.id)", "end": "\(ending)", "error": "\(error)"])
    }
  }

  /// A message for those who submitted the job, who do not know this host's folders.
  static func withoutPlaces(_ text: String, folder: String) -> String {
    text.replacing("\(folder)/", with: "")
  }
}
