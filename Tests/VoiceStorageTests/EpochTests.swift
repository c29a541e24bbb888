import TestSupport
import Testing
import VoicePostgres
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct EpochTests {
    @Test("The first epoch becomes the default and makes the default collection; a later one only on request")
    func defaultEpoch() async throws {
      let storage = storage(on: try await TestPostgres.makeDatabase())
      await #expect { _ = try await storage.epochs.epoch(nil) } throws: { isError($0, .failedPrecondition, "NO_EPOCH") }
      await #expect { _ = try await storage.speakers.createCollection(.standard, epoch: nil) } throws: {
        isError($0, .failedPrecondition, "NO_EPOCH")
      }
      #expect(try await storage.epochs.epochs().isEmpty)

      let first = try await publish(Bundle(seed: 1), to: storage)
      #expect(first.created && first.record.isDefault && first.record.inUse)
      #expect(try await storage.speakers.collection(.standard).epoch == first.record.name)
      let second = try await publish(Bundle(seed: 2), to: storage)
      #expect(second.created && !second.record.isDefault && !second.record.inUse)
      #expect(try await storage.epochs.epoch(nil).name == first.record.name)
      let third = try await publish(Bundle(seed: 3), to: storage, makeDefault: true)
      #expect(third.record.isDefault)
      let all = try await storage.epochs.epochs()
      #expect(all.map(\.name) == [third.record.name, second.record.name, first.record.name])
      #expect(all.map(\.isDefault) == [true, false, false])
      let again = try await publish(Bundle(seed: 2), to: storage, makeDefault: true)
      #expect(!again.created && again.record.isDefault)
    }

    @Test("What is published is fetched byte by byte, whatever the pieces", arguments: [1000, 1 << 20])
    func roundTrip(piece: Int) async throws {
      let storage = storage(on: try await TestPostgres.makeDatabase())
      let bundle = try Bundle(seed: 9, bytes: 2_500_000)
      let record = try await publish(bundle, to: storage, piece: piece).record
      #expect(record.manifest == bundle.manifest)
      let fetched = Collected()
      try await storage.epochs.fetch(record) { await fetched.add($0, $1) }
      #expect(await fetched.files == bundle.files)
      #expect(await fetched.largest <= EpochStore.maximumPiece)
      #expect(await fetched.pieces <= 4, "small pieces are stored together")
    }

    @Test("Publishing again changes nothing; other content under the same name is refused")
    func again() async throws {
      let url = try await TestPostgres.makeDatabase()
      let storage = storage(on: url)
      let bundle = try Bundle(seed: 1)
      let first = try await publish(bundle, to: storage).record
      let second = try await publish(bundle, to: storage)
      #expect(!second.created && second.record == first)
      let pool = PostgresPool(PostgresOptions(url: url), size: 1, logger: logger)
      try await pool.perform { connection in
        #expect(try connection.query("SELECT FROM epoch_bundles").count == 1)
        try connection.script("UPDATE epochs SET fingerprint = 'other'")
      }
      await #expect { try await publish(bundle, to: storage) } throws: { isError($0, .alreadyExists, "EPOCH_EXISTS") }
    }

    @Test("Where an epoch comes from is kept beside it; what was said first stays")
    func provenance() async throws {
      let storage = storage(on: try await TestPostgres.makeDatabase())
      let bundle = try Bundle(seed: 1)
      #expect(try await publish(bundle, to: storage).record.provenance == nil)
      let said = try EpochProvenance(
        parent: "CAMPPlus-1", job: "j1",
        evaluation: .init(
          dataset: "d", list: "l", targets: 10, impostors: 90, eer: 0.05, eerInterval: (0.03, 0.08), minDCF: 0.4,
          operatingPoints: [.init(falseAcceptRate: 0.01, threshold: 0.6)]))
      let published = try await publish(bundle, to: storage, provenance: said)
      #expect(!published.created && published.record.provenance == said)
      let again = try await publish(bundle, to: storage, provenance: EpochProvenance(job: "j2"))
      #expect(again.record.provenance == said)
      #expect(try await storage.epochs.epochs().map(\.provenance) == [said])
      #expect(again.record.manifest == bundle.manifest)
    }

    @Test("Two that publish the same epoch at once both succeed, one of them as the first")
    func together() async throws {
      let url = try await TestPostgres.makeDatabase()
      let bundle = try Bundle(seed: 1)
      let results = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<4 { group.addTask { try await publish(bundle, to: storage(on: url)).created } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results.filter { $0 }.count == 1)
    }

    @Test("A file that is short, long, changed or missing is refused, and the epoch does not exist")
    func damaged() async throws {
      let storage = storage(on: try await TestPostgres.makeDatabase())
      let whole = try Bundle(seed: 1)
      var short = whole, changed = whole, long = whole, missing = whole, swapped = whole
      short.files[0].removeLast()
      changed.files[0][5] ^= 1
      long.files[1].append(0)
      missing.files.removeLast()
      swapped.files[1] = [9, 9, 9]
      for bundle in [short, changed, long, missing, swapped] {
        await #expect { try await publish(bundle, to: storage) } throws: {
          ($0 as? RecognitionError)?.code == .invalidArgument
        }
      }
      #expect(try await storage.epochs.epochs().isEmpty)
    }

    @Test("Files out of order, beyond the manifest and pieces that are too large are refused")
    func misplaced() async throws {
      let storage = storage(on: try await TestPostgres.makeDatabase())
      let bundle = try Bundle(seed: 1)
      for (file, piece) in [(1, [UInt8(1)]), (2, [1]), (-1, [1]), (0, [UInt8](repeating: 0, count: (1 << 20) + 1))] {
        let upload = try await storage.epochs.publish(bundle.manifest, makeDefault: false)
        await #expect(throws: RecognitionError.self) { try await upload.append(file: file, piece) }
        try await upload.abandon()
      }
    }

    @Test("Weights that were damaged in the database are not handed out as whole")
    func damagedInStore() async throws {
      let url = try await TestPostgres.makeDatabase()
      let storage = storage(on: url)
      let record = try await publish(Bundle(seed: 1), to: storage).record
      let pool = PostgresPool(PostgresOptions(url: url), size: 1, logger: logger)
      try await pool.perform { connection in
        try connection.script("UPDATE epoch_chunks SET data = set_byte(data, 7, 0) WHERE file_number = 0")
      }
      await #expect { try await storage.epochs.fetch(record) { _, _ in } } throws: {
        isError($0, .dataLoss, "STORED_DATA_DAMAGED")
      }
    }

    @Test("Who watches hears of new epochs and of their use, published on another replica")
    func watch() async throws {
      let (first, epoch, url) = try await makeStorage()
      let second = storage(on: url)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await first.run() }
        let (seen, continuation) = AsyncStream.makeStream(of: [EpochRecord].self)
        group.addTask { try await first.epochs.watch { continuation.yield($0) } }
        var updates = seen.makeAsyncIterator()
        #expect(await updates.next()?.map(\.name) == [epoch])
        let new = try await publish(Bundle(seed: 2), to: second).record
        #expect(await updates.next()?.map(\.name) == [new.name, epoch])
        _ = try await second.speakers.createCollection(CollectionName("new"), epoch: new.name)
        #expect(await updates.next()?.map(\.inUse) == [true, true])
        group.cancelAll()
      }
    }
  }
}

private actor Collected {
  var files: [[UInt8]] = [[], []]
  var largest = 0
  var pieces = 0
  func add(_ file: Int, _ piece: [UInt8]) {
    files[file] += piece
    largest = max(largest, piece.count)
    pieces += 1
  }
}
