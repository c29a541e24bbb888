import TestSupport
import Testing
import VoiceCluster
import VoicePostgres

extension PostgresTests {
  @Suite struct OutageTests {
    @Test("A backend that was killed costs the running statement and nothing after it")
    func killedBackend() async throws {
      let pool = try await makePool(size: 2)
      let running = Task { try await pool.perform { try $0.query("SELECT 'killed', pg_sleep(600)::text") } }
      try await untilRunning("killed", pool)
      try await pool.perform { connection in
        try connection.query(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
          """)
      }
      await #expect { try await running.value } throws: { ($0 as? PostgresError)?.code == .unavailable }
      for _ in 0..<4 { #expect(try await pool.perform { try $0.query("SELECT 1")[0].int(0) } == 1) }
    }

    @Test("While the server is away calls fail at once, and when it is back they succeed; the listener tells both")
    func restart() async throws {
      let folder = try TemporaryFolder()
      var server = try await TestPostgres.start(in: folder.path)
      let options = PostgresOptions(url: server.connection())
      let pool = PostgresPool(options, size: 2, logger: logger)
      let listener = PostgresListener(options, channels: ["news"], logger: logger)
      var events = listener.events.makeAsyncIterator()
      #expect(await events.next() == .connected)
      try await pool.perform { try $0.query("SELECT 1") }

      await server.stop()
      await #expect { try await pool.perform { try $0.query("SELECT 1") } } throws: {
        ($0 as? PostgresError)?.code == .unavailable
      }
      guard case .lost = await events.next() else {
        Issue.record("the listener did not tell that the server went away")
        return
      }

      server = try await TestPostgres.start(in: folder.path)
      #expect(await events.next() == .connected)
      #expect(try await pool.perform { try $0.query("SELECT 1")[0].int(0) } == 1)
      try await pool.perform { try $0.query("SELECT pg_notify('news', 'hello')::text") }
      #expect(await events.next() == .notified(channel: "news", payload: "hello"))
      await listener.stop()
      #expect(await events.next() == nil)
      await server.stop()
    }

    @Test("A server that does not exist is told as unavailable, without the password")
    func nowhere() async throws {
      let pool = PostgresPool(
        PostgresOptions(url: "postgresql://someone:hunter2@127.0.0.1:1/nothing"), size: 1, logger: logger)
      await #expect { try await pool.perform { try $0.query("SELECT 1") } } throws: { error in
        (error as? PostgresError)?.code == .unavailable && !"\(error)".contains("hunter2")
      }
    }

    @Test("A URL that is none is refused, without its text")
    func malformed() async throws {
      let pool = PostgresPool(PostgresOptions(url: "postgresql://a:hunter2@[::1/x"), size: 1, logger: logger)
      await #expect { try await pool.perform { try $0.query("SELECT 1") } } throws: { error in
        (error as? PostgresError)?.code == .badURL && !"\(error)".contains("hunter2")
      }
    }
  }
}
