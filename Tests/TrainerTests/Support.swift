import Foundation
import Glibc
import Logging
import TestSupport
import Testing
import VoiceCluster
import VoiceConcurrency
import VoiceConfiguration
import VoicePostgres
import VoiceRecognition
import VoiceStorage

@testable import voiceprint_trainer

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// The configuration of a trainer with these lines under `jobs`.
func configuration(_ jobs: String = "", listen: String = "") throws -> TrainerConfiguration {
  let text = """
    database: {url: "postgresql:///none"}
    upstreams: {feature: "ipv4:127.0.0.1:1", embedding: "ipv4:127.0.0.1:1", registry: "ipv4:127.0.0.1:1"}
    listen: {\(listen)}
    jobs: {folder: /nowhere\(jobs.isEmpty ? "" : ", \(jobs)")}
    """
  let node = try ConfigurationNode.parse(text, file: "trainer.yaml")
  let configuration = TrainerConfiguration(node)
  try node.finish()
  return configuration
}

/// A trainer's storage on a database with a data set `voices`, and jobs whose processes are scripts.
struct JobWorld {
  /// An experiment with lists.
  static let experiment = """
    dataset_conf: {train_list: train.txt, enroll_list: enroll.txt, trials_list: trials.txt}
    model_conf: {model: TDNN}
    """

  let url: String
  let storage: TrainerStorage
  let folder: TemporaryFolder
  let place: WorkFolder
  let files = ComputePool(name: "files", threads: 2, queueLimit: 1000)

  init(queryTimeout: Duration = .seconds(30), attempts: Int = 3) async throws {
    url = try await TestPostgres.makeDatabase()
    storage = TrainerStorage(
      PostgresOptions(url: url, queryTimeout: queryTimeout), poolSize: 4, lease: .seconds(60),
      maximumAttempts: attempts, logger: quiet)
    folder = try TemporaryFolder()
    place = try WorkFolder(folder.file("work"), log: quiet)
    try await push("voices", ["one.wav": [1, 2, 3]])
  }

  /// Stores a data set of files without lists.
  func push(_ name: String, _ contents: [String: [UInt8]]) async throws {
    let upload = try storage.datasets.push(DatasetName(name))
    let contents = contents.sorted { $0.key < $1.key }
    try await upload.add(
      contents.map { path, content in
        var digest = ContentDigest()
        digest.update(content)
        return DatasetFile(
          path: try DatasetPath(path), sizeBytes: content.count, hash: digest.value, isList: false)
      })
    for (index, file) in contents.enumerated() { try await upload.append(file: index, file.value) }
    _ = try await upload.finish()
  }

  var datasets: DatasetCache { DatasetCache(place: place, storage: storage, files: files) }

  /// The next run of a job, a new one if none waits; a script stands for `voiceprint`, with `$1` as its command and the
  /// pipe of reports in `$progress`.
  func run(
    _ script: String, jobs: String = "retry_pause_milliseconds: 60000", control: JobControl = JobControl()
  ) async throws -> JobRun {
    let program = try folder.write(
      """
      #!/bin/sh
      while [ $# -gt 1 ] && [ "$2" != --progress ]; do command=${command:-$1}; shift; done
      command=${command:-$1} progress=$3
      \(script)
      """.utf8, to: "program-\(UInt32.random(in: .min ... .max))")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    if try await storage.jobs.jobs(JobFilter(states: [.queued]), PageRequest()).elements.isEmpty {
      let spec = TrainingSpec(dataset: try DatasetName("voices"), configuration: Self.experiment)
      _ = try await storage.jobs.submit(JobSubmission(spec))
    }
    let lease = try #require(try await storage.queue.claim(worker: "w"))
    let settings = try configuration("program: \"\(program)\", \(jobs)").work
    return JobRun(
      lease: lease, storage: storage,
      registry: try RegistryClient(target: "ipv4:127.0.0.1:1", files: files, log: quiet), settings: settings,
      datasets: datasets, place: place, files: files, log: quiet, control: control)
  }

  /// A job as it is now, with what was said last.
  func job(_ run: JobRun) async throws -> (job: TrainingJob, message: String) {
    let job = try await storage.jobs.job(run.lease.job.id)
    return (job, try await messages(of: job).last ?? "")
  }

  /// What was said with each state.
  func messages(of job: TrainingJob) async throws -> [String] {
    try await events(of: job).compactMap { event in
      guard case .stateChange(let change) = event.content else { return nil }
      return change.message
    }
  }

  /// All that happened to a job so far.
  func events(of job: TrainingJob) async throws -> [JobEvent] {
    let seen = Seen()
    do {
      _ = try await storage.jobs.watch(job.id, after: 0) { update in
        if case .event(let event) = update, await seen.add(event) == job.lastSequence { throw CancellationError() }
      }
    } catch is CancellationError {
      // The watch of a job that has not ended has no end: it is left when the last event is there.
    }
    return await seen.events
  }

  /// Runs statements of a test's own.
  func script(_ sql: String) async throws { try await connection.perform { try $0.script(sql) } }

  /// A way to the database that the storage has no part in.
  var connection: PostgresPool { PostgresPool(PostgresOptions(url: url), size: 1, logger: quiet) }
}

private actor Seen {
  private(set) var events: [JobEvent] = []
  func add(_ event: JobEvent) -> Int {
    events.append(event)
    return events.count
  }
}

/// A named pipe by which a script and a test tell each other that they are there.
struct Signal: Sendable {
  let path: String
  private let thread = ComputePool(name: "signal", threads: 1, queueLimit: 1)

  init(in folder: TemporaryFolder) throws {
    path = folder.file("signal-\(UInt32.random(in: .min ... .max))")
    try #require(mkfifo(path, 0o600) == 0)
  }

  /// Returns when the other side writes into the pipe.
  func wait() async throws { try await thread.run { _ in try meet(O_RDONLY) } }

  /// Lets the other side, which reads from the pipe, go on; blocks until it reads.
  func send() throws { try meet(O_WRONLY) }

  private func meet(_ mode: Int32) throws {
    let end = open(path, mode | O_CLOEXEC)
    try #require(end >= 0)
    close(end)
  }
}
