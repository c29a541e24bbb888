import FoundationEssentials
import TestSupport
import Testing
import VoicePostgres
import VoiceRecognition

@testable import VoiceStorage

extension StorageTests {
  @Suite struct ErasureTests {
    private let ann: [Float] = [1, 2, 3, 4]
    private let bob: [Float] = [4, 3, 2, 1]
    private let sealed = CollectionNames.sealed

    /// A database that keeps a ledger, with three people whose audio is retained.
    private func world(
      _ folder: TemporaryFolder
    ) async throws -> (storage: RegistryStorage, epoch: EpochName, url: String, ledger: ErasureLedger) {
      let (_, epoch, url) = try await makeStorage()
      let ledger = ErasureLedger(path: folder.file("erasures"))
      let storage = registry(url, ledger)
      _ = try await storage.speakers.createCollection(sealed, epoch: nil, retainAudio: .encrypted)
      for (name, vector) in [("ann", ann), ("bob", bob), ("carl", bob)] {
        try await storage.speakers.enroll(
          enrolment(
            name, [vector, vector], epoch: epoch, in: sealed, recording: Recording(content: Array(name.utf8))))
      }
      return (storage, epoch, url, ledger)
    }

    private func registry(_ url: String, _ ledger: ErasureLedger?) -> RegistryStorage {
      RegistryStorage(
        PostgresOptions(url: url), poolSize: 2, compute: compute, keys: try? ring(), ledger: ledger, logger: logger)
    }

    /// A copy of a database as it is now, as a backup that was restored gives it.
    private func copy(_ url: String) async throws -> String {
      let copy = try await TestPostgres.makeDatabase()
      let (from, to) = (String(url.split(separator: "=").last ?? ""), String(copy.split(separator: "=").last ?? ""))
      let admin = PostgresConnection(PostgresOptions(url: url + " dbname=postgres"), logger: logger)
      try await admin.perform { connection in
        try connection.query(
          "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", [.text(from)])
        try connection.script("DROP DATABASE \(to)")
        try connection.script("CREATE DATABASE \(to) TEMPLATE \(from)")
      }
      return copy
    }

    @Test("Whatever is erased is in the ledger when the call returns, numbered without a gap, and names nobody")
    func recorded() async throws {
      let folder = try TemporaryFolder()
      let (storage, epoch, _, ledger) = try await world(folder)
      let utterances = try await storage.speakers.speaker(SpeakerID("ann"), in: sealed).utterances
      _ = try await storage.speakers.deleteUtterance(utterances[0].id, of: SpeakerID("ann"), in: sealed)
      #expect(try ledger.entries().map(\.kind) == [.utterance] && ledger.entries()[0].id == utterances[0].id)
      _ = try await storage.speakers.deleteSpeaker(SpeakerID("bob"), in: sealed)
      #expect(try ledger.entries().map(\.kind) == [.utterance, .speaker])
      // The last utterance takes the person along.
      _ = try await storage.speakers.deleteUtterance(utterances[1].id, of: SpeakerID("ann"), in: sealed)
      #expect(try ledger.entries().map(\.kind) == [.utterance, .speaker, .utterance, .speaker])
      // Carl goes with the collection, as one entry.
      _ = try await storage.speakers.deleteCollection(sealed)
      let entries = try ledger.entries()
      #expect(entries.map(\.kind).last == .collection && entries.map(\.number) == [1, 2, 3, 4, 5])
      let text = try String(contentsOf: URL(filePath: ledger.path), encoding: .utf8)
      for name in ["ann", "bob", "carl", "sealed", epoch.value] { #expect(!text.contains(name)) }
    }

    @Test("Who was deleted after a backup is not there when it is restored by hand, on any registry, nor is their key")
    func restored() async throws {
      let folder = try TemporaryFolder()
      let (storage, epoch, url, ledger) = try await world(folder)
      let backup = try await copy(url)
      let ciphertexts = try await rows(url, "SELECT encode(template, 'hex') FROM templates")
      let annsUtterances = try await storage.speakers.speaker(SpeakerID("ann"), in: sealed).utterances
      _ = try await storage.speakers.deleteUtterance(annsUtterances[0].id, of: SpeakerID("ann"), in: sealed)
      _ = try await storage.speakers.deleteSpeaker(SpeakerID("bob"), in: sealed)
      let other = registry(url, ledger)
      #expect(try await other.speakers.found(bob, epoch: epoch, in: sealed) == ["carl", "ann"])

      // The old database is lost, registries come up on the backup.
      let registries = [registry(backup, ledger), registry(backup, ledger)]
      for registry in registries {
        #expect(try await registry.speakers.found(bob, epoch: epoch, in: sealed) == ["carl", "ann"])
        await #expect { _ = try await registry.speakers.speaker(SpeakerID("bob"), in: sealed) } throws: {
          isError($0, .notFound, "SPEAKER_NOT_FOUND")
        }
        let left = try await registry.speakers.speaker(SpeakerID("ann"), in: sealed).utterances
        #expect(left.map(\.id) == [annsUtterances[1].id])
        #expect(try await registry.speakers.recording(of: annsUtterances[0].id) == nil)
      }
      #expect(try await registries[0].speakers.collection(sealed).speakerCount == 2)
      // The ciphertext is there for whoever kept it, and no key that would open it.
      #expect(ciphertexts.count == 3)
      let keys = try await rows(backup, "SELECT encode(wrapped_key, 'hex') FROM speaker_secrets")
      #expect(keys.count == 2)
      // Numbers go on where the ledger ends.
      _ = try await registries[1].speakers.deleteSpeaker(SpeakerID("carl"), in: sealed)
      #expect(try ledger.entries().map(\.number) == [1, 2, 3])
    }

    @Test("Galleries in memory do not survive a database that was put in another's place")
    func galleries() async throws {
      let folder = try TemporaryFolder()
      let (storage, _, url, _) = try await world(folder)
      let before = try await rows(url, "SELECT incarnation FROM change_counter")
      let backup = try await copy(url)
      _ = try await storage.speakers.deleteSpeaker(SpeakerID("bob"), in: sealed)
      try await registry(backup, ErasureLedger(path: folder.file("erasures"))).prepare()
      #expect(try await rows(backup, "SELECT incarnation FROM change_counter") != before)
    }

    @Test("An older program's deletion is written down by triggers, and reaches the ledger with the next registry")
    func olderPrograms() async throws {
      let folder = try TemporaryFolder()
      let (_, _, url, ledger) = try await world(folder)
      _ = try await rows(url, "DELETE FROM speakers WHERE speaker_id = 'ann' RETURNING 'x'")
      try await registry(url, ledger).prepare()
      #expect(try ledger.entries().map(\.kind) == [.speaker])
    }

    @Test("A deletion that cannot be written down is no success, and the next try writes it")
    func unwritable() async throws {
      let folder = try TemporaryFolder()
      let (storage, epoch, _, ledger) = try await world(folder)
      try FileManager.default.createDirectory(atPath: folder.file("aside"), withIntermediateDirectories: false)
      try FileManager.default.moveItem(atPath: ledger.path, toPath: folder.file("aside/erasures"))
      // A folder in its place: not even root can write to it.
      try FileManager.default.createDirectory(atPath: ledger.path, withIntermediateDirectories: false)
      await #expect { _ = try await storage.speakers.deleteSpeaker(SpeakerID("bob"), in: sealed) } throws: {
        isError($0, .unavailable, "ERASURE_LEDGER_UNAVAILABLE")
      }
      #expect(try await storage.speakers.found(bob, epoch: epoch, in: sealed) == ["carl", "ann"])
      await #expect { _ = try await storage.speakers.deleteSpeaker(SpeakerID("bob"), in: sealed) } throws: {
        isError($0, .unavailable, "ERASURE_LEDGER_UNAVAILABLE")
      }
      try FileManager.default.removeItem(atPath: ledger.path)
      try FileManager.default.moveItem(atPath: folder.file("aside/erasures"), toPath: ledger.path)
      await #expect { _ = try await storage.speakers.deleteSpeaker(SpeakerID("bob"), in: sealed) } throws: {
        isError($0, .notFound, "SPEAKER_NOT_FOUND")
      }
      #expect(try ledger.entries().map(\.kind) == [.speaker])
    }

    @Test("A ledger of another database, and one that a restored database went on without, are refused")
    func foreignLedgers() async throws {
      let folder = try TemporaryFolder()
      let (storage, _, url, ledger) = try await world(folder)
      let backup = try await copy(url)
      _ = try await storage.speakers.deleteSpeaker(SpeakerID("bob"), in: sealed)
      let (_, _, stranger) = try await makeStorage()
      await #expect { try await registry(stranger, ledger).prepare() } throws: {
        isError($0, .failedPrecondition, "ERASURE_LEDGER_FOREIGN")
      }
      _ = try await registry(backup, nil).speakers.deleteSpeaker(SpeakerID("ann"), in: sealed)
      await #expect { try await registry(backup, ledger).prepare() } throws: {
        isError($0, .failedPrecondition, "ERASURE_LEDGER_FOREIGN")
      }
    }
  }

  @Suite struct ErasureLedgerTests {
    private func entry(_ number: Int64) throws -> Erasure {
      let content = "aaaa \(number) speaker id-\(number) 2026-01-02T03:04:05.000006Z"
      return try #require(Erasure(content: content))
    }

    @Test("What a stop of the machine left of a line is mended, a changed or missing line is told")
    func damage() throws {
      let folder = try TemporaryFolder()
      let ledger = ErasureLedger(path: folder.file("erasures"))
      #expect(throws: RecognitionError.self) { try ledger.entries() }
      try ledger.append { last in
        #expect(last == nil)
        return try (1...30).map { try entry($0) }
      }
      let whole = try Data(contentsOf: URL(filePath: ledger.path))
      try (whole + Data("aaaa 31 spea".utf8)).write(to: URL(filePath: ledger.path))
      #expect(try ledger.entries(after: 28).map(\.number) == [29, 30])
      try ledger.append { last in
        #expect(last?.number == 30)
        return [try entry(31)]
      }
      #expect(try ledger.entries().map(\.number) == Array(1...31))
      #expect(throws: RecognitionError.self) { try ledger.append { _ in [try entry(33)] } }

      let lines = whole.split(separator: UInt8(ascii: "\n")).map { Data($0) }
      for damaged in [lines[..<5] + lines[6...], lines[..<5] + [Data("x".utf8) + lines[5]] + lines[6...]] {
        try Data(damaged.joined(separator: Data("\n".utf8)) + Data("\n".utf8)).write(to: URL(filePath: ledger.path))
        #expect { try ledger.entries() } throws: { isError($0, .dataLoss, "ERASURE_LEDGER_DAMAGED") }
      }
    }
  }
}
