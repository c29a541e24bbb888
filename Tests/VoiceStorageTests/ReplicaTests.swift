import TestSupport
import Testing
import VoicePostgres
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct ReplicaTests {
    @Test("What one replica changed is in the other's next search, with and without its listener")
    func agreement() async throws {
      let (first, epoch, url) = try await makeStorage()
      let second = storage(on: url)
      let replicas = [first, second]
      #expect(try await second.speakers.found([1, 0, 0, 0], epoch: epoch) == [])
      for round in 0..<30 {
        let (writer, reader) = (replicas[round % 2], replicas[1 - round % 2])
        let result = try await writer.speakers.enroll(enrolment("p\(round)", [[1, Float(round), 0, 0]], epoch: epoch))
        #expect(try await reader.speakers.found([1, 0, 0, 0], epoch: epoch) == (0...round).map { "p\($0)" })
        try await writer.speakers.enroll(enrolment("p0", [[1, 0, 0, 0]], epoch: epoch, displayName: "round \(round)"))
        let best = try await reader.speakers.search(
          Voiceprint(values: [1, 0, 0, 0], epoch: epoch), in: .standard, topK: 1)
        #expect(best.matches.map(\.displayName) == ["round \(round)"])
        #expect(result.created)
      }
      for round in 0..<30 {
        _ = try await replicas[round % 2].speakers.deleteSpeaker(SpeakerID("p\(round)"), in: .standard)
        #expect(
          try await replicas[1 - round % 2].speakers.found([1, 0, 0, 0], epoch: epoch)
            == (round + 1..<30).map { "p\($0)" })
      }
    }

    @Test("Under concurrent writers, a search that begins after a call has returned never misses it")
    func readYourWrites() async throws {
      let (first, epoch, url) = try await makeStorage()
      let replicas = [first, storage(on: url), storage(on: url)]
      let misses = try await withThrowingTaskGroup(of: Int.self) { group in
        for worker in 0..<6 {
          group.addTask {
            var misses = 0
            for round in 0..<10 {
              let name = "w\(worker)-\(round)"
              try await replicas[worker % 3].speakers.enroll(enrolment(name, [[1, 0, 0, 0]], epoch: epoch))
              for reader in replicas {
                if try await !reader.speakers.found([1, 0, 0, 0], epoch: epoch).contains(name) { misses += 1 }
              }
              _ = try await replicas[(worker + 1) % 3].speakers.deleteSpeaker(SpeakerID(name), in: .standard)
              for reader in replicas {
                if try await reader.speakers.found([1, 0, 0, 0], epoch: epoch).contains(name) { misses += 1 }
              }
            }
            return misses
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(misses == 0)
    }

    @Test("A replica that fell behind what the log keeps loads the gallery anew")
    func trimmedLog() async throws {
      let (_, epoch, url) = try await makeStorage()
      let (writer, reader) = (storage(on: url, keptChanges: 10), storage(on: url, keptChanges: 10))
      try await writer.speakers.enroll(enrolment("first", [[1, 0, 0, 0]], epoch: epoch))
      #expect(try await reader.speakers.found([1, 0, 0, 0], epoch: epoch) == ["first"])
      _ = try await writer.speakers.deleteSpeaker(SpeakerID("first"), in: .standard)
      for index in 0..<40 {
        try await writer.speakers.enroll(enrolment("p\(index)", [[1, Float(index), 0, 0]], epoch: epoch))
      }
      let pool = PostgresPool(PostgresOptions(url: url), size: 1, logger: logger)
      #expect(try await pool.perform { try $0.query("SELECT count(*) FROM changes")[0].int(0) } <= 20)
      #expect(try await reader.speakers.found([1, 0, 0, 0], epoch: epoch) == (0..<40).map { "p\($0)" })
    }

    @Test("A database that was put in another's place is noticed")
    func anotherIncarnation() async throws {
      let (storage, epoch, url) = try await makeStorage()
      try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch))
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == ["ann"])
      let pool = PostgresPool(PostgresOptions(url: url), size: 1, logger: logger)
      try await pool.perform { connection in
        // As after restoring an older copy: other people, an older counter.
        try connection.script(
          "UPDATE speakers SET speaker_id = 'eve'; UPDATE change_counter SET incarnation = 'other', last_change = 0")
      }
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == ["eve"])
    }

    @Test("A cancelled search harms nobody else's")
    func cancelledSearch() async throws {
      let (storage, epoch, _) = try await makeStorage()
      for index in 0..<20 { try await storage.speakers.enroll(enrolment("p\(index)", [[1, 0, 0, 0]], epoch: epoch)) }
      let fresh = storage
      let tasks = (0..<40).map { index in
        let task = Task { try await fresh.speakers.found([1, 0, 0, 0], epoch: epoch).count }
        if index % 2 == 0 { task.cancel() }
        return task
      }
      for (index, task) in tasks.enumerated() {
        let result = await task.result
        if index % 2 == 1 { #expect(try result.get() == 20) }
      }
    }
  }
}
