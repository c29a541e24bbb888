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
  let files: ComputePool
  let log: Logger
  let control: JobControl

  var spec: TrainingSpec { lease.job.spec }
  /// Of this lease alone: an earlier one of the same job may still be ending.
  var folder: String { "\(settings.folder)/jobs/\(lease.job.id)-\(lease.token)" }
  var transfer: CheckpointTransfer { CheckpointTransfer(storage: storage, files: files) }

  /// Works on the job until it has ended, was given back or is another's; never throws: what went wrong is written to
  /// the job.
  func run() async {
    let renewal = Task { await Heartbeat(lease: lease, news: storage.queue.news, control: control, log: log).run() }
    await perform()
    renewal.cancel()
    await renewal.value
  }

  private func perform() async {
    do {
      try await files.run { [folder] _ in
        try? FileManager.default.removeItem(atPath: folder)  // of a run of the same number that was killed
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      }
      let end = try await datasets.with(spec.dataset) { try await train(root: $0) }
      try await conclude(end)
    } catch let error as RecognitionError where error.reason == JobLease.lost {
      control.stop(.lost)
    } catch {
      await conclude(failure: error)
    }
    // What is left of a job whose lease is over helps nobody.
    do { try await files.run { [folder] _ in try FileManager.default.removeItem(atPath: folder) } } catch {
      log.warning("the folder of a job is left", metadata: ["folder": "\(folder)", "error": "\(error)"])
    }
  }

  /// What became of the training process; nil when it was not even started, as the job has to stop.
  private func train(root: String) async throws -> TrainingProcess.End? {
    var arguments = try await self.arguments(root: root)
    guard control.reason == nil else { return nil }
    let pipe = try ReportPipe("\(folder)/progress")
    arguments += ["--progress", pipe.path]
    let process = TrainingProcess(settings: settings, folder: folder, control: control)
    let (words, ranks) = (arguments, settings.processes)
    async let end = process.run(words, log: "train", ranks: ranks) { pipe.close() }
    do {
      for await report in pipe.reports { try await take(report) }
    } catch {
      // Nothing can be written down any more, or what is to be stored cannot be read: the process works for nothing.
      control.stop(.lost)
      _ = try? await end
      throw error
    }
    let ended = try await end
    if ended.status.isSuccess && control.reason != .lost { try await publish(root: root) }
    return ended
  }

  private func arguments(root: String) async throws -> [String] {
    let configuration = "\(folder)/configuration.yml"
    try await write(spec.configuration, to: configuration)
    var arguments = [
      "train", "--configs", configuration, "--root", root, "--save-model-path", "\(folder)/models",
      "--seed", "\(spec.seed)", "--threads", "\(max(1, settings.threads / settings.processes))",
      "--do-eval", "\(spec.evaluates)",
    ]
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

  private func take(_ report: TrainingReport) async throws {
    switch report {
    case .position(let position): try await persistently { try await lease.move(to: position) }
    case .saved(let saved):
      let stored = try await persistently { try await transfer.store(saved, of: lease) }
      if !stored { log.debug("a checkpoint was replaced before it was stored", metadata: ["path": "\(saved.path)"]) }
    default: try await persistently { try await lease.append(.report(report)) }
    }
  }
}

extension JobRun {
  /// Tries again while the database is away, for as long as the job is this trainer's.
  func persistently<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
    var delay = Duration.milliseconds(100)
    while true {
      do { return try await body() } catch let error as RecognitionError
        where error.code == .unavailable && control.reason != .lost
      {
        log.warning("the database is away", metadata: ["error": "\(error.message)"])
        // Backing off: nothing here can tell when it takes writes again.
        try await Task.sleep(for: delay)
        delay = min(delay * 2, .seconds(2))
      }
    }
  }

  private func conclude(_ end: TrainingProcess.End?) async throws {
    let job = "\(lease.job.id)"
    switch (control.reason, end?.status) {
    case (.lost, _): throw RecognitionError(.aborted, reason: JobLease.lost, "the job is another trainer's")
    case (_, .exited(0)): try await persistently { try await lease.end(as: .finished) }
    case (.cancel, _): try await persistently { try await lease.end(as: .cancelled) }
    case (.drain, _):
      try await persistently {
        try await lease.release(message: "the trainer \(lease.job.worker) was shut down", counts: false)
      }
    case (nil, .exited?):
      let words = Self.withoutPlaces(end?.lastWords ?? "", folder: folder)
      try await persistently { try await lease.end(as: .failed, message: words) }
    case (nil, .killed(let signal)?):
      try await persistently {
        try await lease.release(message: "the training process was killed by signal \(signal)", counts: true)
      }
    case (nil, nil): break
    }
    log.notice(
      "worked on a job", metadata: ["job": "\(job)", "end": "\(end.map { "\($0.status)" } ?? "not begun")"])
  }

  /// What is no fault of the training itself: another trainer, or this one later, may have more luck, as often as
  /// attempts are left.
  private func conclude(failure error: any Error) async {
    log.error("a job could not be worked on", metadata: ["job": "\(lease.job.id)", "error": "\(error)"])
    guard control.reason != .lost || (error as? RecognitionError)?.reason != JobLease.lost else { return }
    let isFinal = (error as? RecognitionError).map { [.notFound, .invalidArgument].contains($0.code) } ?? false
    let message = (error as? RecognitionError)?.message ?? "\(error)"
    do {
      if isFinal {
        try await persistently { try await lease.end(as: .failed, message: message) }
      } else {
        try await persistently { try await lease.release(message: message, counts: true) }
      }
    } catch {
      log.warning("a job's end could not be told: its lease will run out", metadata: ["error": "\(error)"])
    }
  }

  /// A message for those who submitted the job, who do not know this host's folders.
  static func withoutPlaces(_ text: String, folder: String) -> String {
    text.replacing("\(folder)/", with: "")
  }
}
