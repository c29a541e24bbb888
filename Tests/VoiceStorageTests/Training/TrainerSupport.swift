import Crypto
import TestSupport
import Testing
import VoicePostgres
import VoiceRecognition
import VoiceStorage

/// A trainer's storage on a database, which another one may use too; nothing follows changes unless `run` is called.
func trainerStorage(on url: String, lease: Duration = .seconds(60), attempts: Int = 3) -> TrainerStorage {
  TrainerStorage(PostgresOptions(url: url), poolSize: 4, lease: lease, maximumAttempts: attempts, logger: logger)
}

/// A file of a data set with its content.
struct TestFile {
  var file: DatasetFile
  var content: [UInt8]

  init(_ path: String, _ content: [UInt8], isList: Bool = false) throws {
    self.content = content
    var digest = ContentDigest()
    digest.update(content)
    file = DatasetFile(
      path: try DatasetPath(path), sizeBytes: content.count, hash: digest.value, isList: isList)
  }
}

/// Three clips, two of them alike, one of several pieces, and a list.
func testFiles(seed: UInt8 = 1) throws -> [TestFile] {
  let long = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(seed)) }
  return try [
    TestFile("a/one.wav", [seed, 2, 3]), TestFile("a/same.wav", [seed, 2, 3]), TestFile("b/long.wav", long),
    TestFile("empty", []),
    TestFile("list.txt", Array("a/one.wav\t0\nb/long.wav\t1\r\na/same.wav\t0\n".utf8), isList: true),
  ]
}

/// Pushes files, only those of `sent` with their contents, in pieces of `piece` bytes.
@discardableResult
func push(
  _ files: [TestFile], as name: String = "voices", sending sent: Set<Int>? = nil, to storage: TrainerStorage,
  piece: Int = 400_000
) async throws -> (record: DatasetRecord, created: Bool) {
  let upload = try storage.datasets.push(DatasetName(name))
  do {
    try await upload.add(files.map(\.file))
    for (index, file) in files.enumerated() where sent?.contains(index) ?? true {
      if file.content.isEmpty { try await upload.append(file: index, []) }
      for start in stride(from: 0, to: file.content.count, by: piece) {
        try await upload.append(file: index, Array(file.content[start..<min(start + piece, file.content.count)]))
      }
    }
    return try await upload.finish()
  } catch {
    try await upload.abandon()
    throw error
  }
}

/// A trainer's storage on a new database, with a data set `voices`.
func makeTrainerStorage(
  lease: Duration = .seconds(60), attempts: Int = 3
) async throws -> (storage: TrainerStorage, url: String) {
  let url = try await TestPostgres.makeDatabase()
  let storage = trainerStorage(on: url, lease: lease, attempts: attempts)
  try await push([TestFile("one.wav", [1])], to: storage)
  return (storage, url)
}

/// Queues a training of `voices`.
func submit(
  to storage: TrainerStorage, seed: UInt64 = 0, priority: Int = 0, requestID: String = ""
) async throws -> TrainingJob {
  let spec = TrainingSpec(dataset: try DatasetName("voices"), configuration: "model_conf: {}", seed: seed)
  return try await storage.jobs.submit(JobSubmission(spec, priority: priority, requestID: requestID)).job
}

/// All events of a job after a number, without waiting for more.
func events(of job: JobID, after sequence: Int = 0, _ storage: TrainerStorage) async throws -> [JobEvent] {
  let count = try await storage.jobs.job(job).lastSequence - sequence
  guard count > 0 else { return [] }
  let collected = CollectedEvents()
  // The watch of a job that has not ended has no end: leave it when the last event is there.
  _ = try? await storage.jobs.watch(job, after: sequence) { update in
    if case .event(let event) = update, await collected.add(event) == count { throw CancellationError() }
  }
  return await collected.events
}

actor CollectedEvents {
  private(set) var events: [JobEvent] = []
  func add(_ event: JobEvent) -> Int {
    events.append(event)
    return events.count
  }
}

/// Runs statements of a test's own.
func script(_ sql: String, on url: String) async throws {
  try await PostgresPool(PostgresOptions(url: url), size: 1, logger: logger).perform { try $0.script(sql) }
}

/// How many rows a statement gives.
func count(_ sql: String, on url: String) async throws -> Int {
  try await PostgresPool(PostgresOptions(url: url), size: 1, logger: logger).perform { try $0.query(sql).count }
}
