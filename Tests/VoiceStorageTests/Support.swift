import Crypto
import Logging
import TestSupport
import Testing
import VoiceConcurrency
import VoicePostgres
import VoiceRecognition
import VoiceStorage

/// A quiet log.
let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
let compute = ComputePool(name: "search", threads: 2, queueLimit: 100)

/// Storage on a database, which another one may use too; nothing follows the changes unless `run` is called.
func storage(
  on url: String, keptChanges: Int = 100_000, keys: KeyRing? = nil, sealing: VoiceprintSealing = .new
) -> RegistryStorage {
  RegistryStorage(
    PostgresOptions(url: url), poolSize: 4, compute: compute, keptChanges: keptChanges, keys: keys,
    sealing: sealing, logger: logger)
}

/// A key of the service.
func serviceKey(_ byte: UInt8 = 7) throws -> ServiceKey { try ServiceKey(bytes: [UInt8](repeating: byte, count: 32)) }

/// Keys of the service, the current one first.
func ring(_ bytes: UInt8...) throws -> KeyRing { KeyRing(try (bytes.isEmpty ? [7] : bytes).map { try serviceKey($0) }) }

/// Storage on a new database with one published epoch, so that the collection `default` exists.
func makeStorage() async throws -> (storage: RegistryStorage, epoch: EpochName, url: String) {
  let url = try await TestPostgres.makeDatabase()
  let storage = storage(on: url)
  let bundle = try Bundle(seed: 1)
  let epoch = try await publish(bundle, to: storage).record.name
  return (storage, epoch, url)
}

/// An epoch's files with their manifest, for voiceprints of 4 values unless said otherwise.
struct Bundle {
  var files: [[UInt8]]
  var manifest: EpochManifest

  init(seed: UInt8, bytes: Int = 100_000, embeddingSize: Int = 4) throws {
    files = [
      (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ Int(seed)) }, [seed, 2, 3],
    ]
    let described = zip(EpochManifest.fileNames, files).map { name, content in
      EpochManifest.File(
        name: name, sizeBytes: content.count,
        sha256: SHA256.hash(data: content).map { hex($0) }.joined())
    }
    manifest = try EpochManifest(
      architecture: "Test", architectureArguments: [:], inputSize: 80, embeddingSize: embeddingSize,
      frontEnd: FrontEnd(), threshold: 0.5, parameterCount: 1, files: described
    ).sealed()
  }
}

private func hex(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return digits.count == 1 ? "0" + digits : digits
}

/// Publishes a bundle in pieces of `piece` bytes.
@discardableResult
func publish(
  _ bundle: Bundle, to storage: RegistryStorage, piece: Int = 30_000, provenance: EpochProvenance? = nil,
  makeDefault: Bool = false
) async throws -> (record: EpochRecord, created: Bool) {
  let upload = try await storage.epochs.publish(bundle.manifest, provenance: provenance, makeDefault: makeDefault)
  for (index, content) in bundle.files.enumerated() {
    for start in stride(from: 0, to: content.count, by: piece) {
      try await upload.append(file: index, Array(content[start..<min(start + piece, content.count)]))
    }
  }
  return try await upload.finish()
}

/// An enrolment with one utterance for each vector.
func enrolment(
  _ speaker: String, _ vectors: [[Float]], epoch: EpochName, in collection: CollectionName = .standard,
  displayName: String? = nil, labels: [String: String] = [:], requestID: String = "", recording: Recording? = nil
) throws -> Enrolment {
  try Enrolment(
    collection: collection, speaker: SpeakerID(speaker), displayName: displayName, labels: labels,
    utterances: vectors.map { vector in
      Enrolment.NewUtterance(
        voiceprint: Voiceprint(values: vector, epoch: epoch),
        report: AudioReport(durationSeconds: 3, speechSeconds: 2.5, rmsDBFS: -.infinity, warnings: [.short]),
        recording: recording)
    }, requestID: requestID)
}

/// Whether an error is the domain's, of a code and a reason.
func isError(_ error: any Error, _ code: RecognitionError.Code, _ reason: String) -> Bool {
  (error as? RecognitionError)?.code == code && (error as? RecognitionError)?.reason == reason
}

extension SpeakerStore {
  /// The identifiers that a search finds, best first.
  func found(_ vector: [Float], epoch: EpochName, in collection: CollectionName = .standard) async throws -> [String] {
    try await search(Voiceprint(values: vector, epoch: epoch), in: collection, topK: 1000).matches.map(\.speaker.value)
  }
}

/// The tests that share a server: one after the other, as together they would want more connections than it has.
@Suite(.serialized) struct StorageTests {}
