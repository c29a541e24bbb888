import TestSupport
import Testing
import VoiceCluster
import VoicePostgres
import VoiceRecognition
import VoiceStorage

extension StorageTests {
  @Suite struct OutageTests {
    @Test("While the database is away calls say so; when it is back everything is as it was, without a restart")
    func restart() async throws {
      let folder = try TemporaryFolder()
      var server = try await TestPostgres.start(in: folder.path)
      let storage = storage(on: server.connection())
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await storage.run() }
        await until(storage, isAvailable: true)
        let epoch = try await publish(Bundle(seed: 1), to: storage).record.name
        try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch))
        #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == ["ann"])

        await server.stop()
        for call in [
          { _ = try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) },
          { _ = try await storage.speakers.enroll(enrolment("bob", [[1, 0, 0, 0]], epoch: epoch)) },
          { _ = try await storage.epochs.epochs() },
        ] {
          await #expect { try await call() } throws: { isError($0, .unavailable, "REGISTRY_DATABASE_UNAVAILABLE") }
        }
        await until(storage, isAvailable: false)

        server = try await TestPostgres.start(in: folder.path)
        await until(storage, isAvailable: true)
        #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == ["ann"])
        try await storage.speakers.enroll(enrolment("bob", [[0, 1, 0, 0]], epoch: epoch))
        #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == ["ann", "bob"])
        group.cancelAll()
      }
      await server.stop()
    }

    @Test("Storage that starts before its database waits for it")
    func lateDatabase() async throws {
      let folder = try TemporaryFolder()
      let storage = storage(on: PrivatePostgres.connection(in: folder.path))
      await #expect { try await storage.prepare() } throws: {
        isError($0, .unavailable, "REGISTRY_DATABASE_UNAVAILABLE")
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await storage.run() }
        #expect(!storage.isAvailable)
        let server = try await TestPostgres.start(in: folder.path)
        await until(storage, isAvailable: true)
        #expect(try await storage.epochs.epochs().isEmpty)
        group.cancelAll()
        try await group.waitForAll()
        await server.stop()
      }
    }

    @Test("Killed backends cost no call that comes after them")
    func killedBackends() async throws {
      let (storage, epoch, url) = try await makeStorage()
      try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch))
      let pool = PostgresPool(PostgresOptions(url: url), size: 1, logger: logger)
      for _ in 0..<3 {
        try await pool.perform { connection in
          try connection.query(
            """
            SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
        }
        #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == ["ann"])
      }
    }

    @Test("A schema of a newer program is refused with both numbers")
    func newerSchema() async throws {
      let url = try await TestPostgres.makeDatabase()
      try await storage(on: url).prepare()
      let pool = PostgresPool(PostgresOptions(url: url), size: 1, logger: logger)
      try await pool.perform { try $0.script("INSERT INTO voiceprint_migrations VALUES (99, 'from the future')") }
      await #expect { try await storage(on: url).prepare() } throws: { error in
        isError(error, .failedPrecondition, "SCHEMA_TOO_NEW") && "\(error)".contains("step 99")
      }
    }

    @Test("A database whose tables were dropped is made anew at the next call")
    func droppedTables() async throws {
      let (storage, epoch, url) = try await makeStorage()
      try await storage.speakers.enroll(enrolment("ann", [[1, 0, 0, 0]], epoch: epoch))
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == ["ann"])
      let pool = PostgresPool(PostgresOptions(url: url), size: 1, logger: logger)
      try await pool.perform { try $0.script("DROP SCHEMA public CASCADE; CREATE SCHEMA public") }
      await #expect { try await storage.epochs.epochs() } throws: { ($0 as? RecognitionError)?.code == .unavailable }
      #expect(try await storage.epochs.epochs().isEmpty)
      try await publish(Bundle(seed: 1), to: storage)
      #expect(try await storage.speakers.found([1, 0, 0, 0], epoch: epoch) == [])
    }
  }
}

/// Returns once the storage is available, or is not.
private func until(_ storage: RegistryStorage, isAvailable wanted: Bool) async {
  for await _ in storage.availabilityNews() where storage.isAvailable == wanted { return }
}
