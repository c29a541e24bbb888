import Testing
import VoicePostgres

extension PostgresTests {
  @Suite struct PoolTests {
    @Test("A cancelled task ends its statement on the server and gives the connection back whole")
    func cancellation() async throws {
      let pool = try await makePool(size: 2)
      let sleeping = Task { try await pool.perform { try $0.query("SELECT 'cancelled', pg_sleep(600)::text") } }
      try await untilRunning("cancelled", pool)
      sleeping.cancel()
      await #expect(throws: CancellationError.self) { _ = try await sleeping.value }
      let left = try await pool.perform { connection in
        try connection.query(
          """
          SELECT 1 FROM pg_stat_activity
          WHERE state = 'active' AND datname = current_database() AND pid <> pg_backend_pid()
          """
        ).count
      }
      #expect(left == 0)
    }

    @Test("A statement ends at its deadline, and the connection stays the same")
    func deadline() async throws {
      let pool = try await makePool(size: 1)
      let before = try await pool.perform { try $0.query("SELECT pg_backend_pid()")[0].int(0) }
      await #expect {
        try await pool.perform(deadline: .now + .milliseconds(50)) { try $0.query("SELECT pg_sleep(600)::text") }
      } throws: {
        ($0 as? PostgresError)?.code == .deadlineExceeded
      }
      #expect(try await pool.perform { try $0.query("SELECT pg_backend_pid()")[0].int(0) } == before)
    }

    @Test("A transaction whose beginning nobody waited for is not left open for the next caller")
    func cancelledBeginning() async throws {
      let pool = try await makePool(size: 1)
      let beginning = Task {
        try await pool.perform { connection in
          withUnsafeCurrentTask { $0?.cancel() }
          try connection.transaction(.readCommitted) {}
        }
      }
      await #expect(throws: CancellationError.self) { try await beginning.value }
      // Statements that are each a transaction of their own have each a number of their own.
      let numbers = try await pool.perform { connection in
        try (0..<2).map { _ in try connection.query("SELECT txid_current()")[0].int(0) }
      }
      #expect(numbers[0] != numbers[1])
      try await pool.transaction { _ = try $0.query("SELECT 1") }
    }

    @Test("A transaction that was cancelled is undone")
    func cancelledTransaction() async throws {
      let pool = try await makePool(size: 2)
      try await pool.perform { try $0.script("CREATE TABLE things (name text)") }
      let writing = Task {
        try await pool.transaction { connection in
          try connection.query("INSERT INTO things VALUES ('a')")
          try connection.query("SELECT 'undone', pg_sleep(600)::text")
        }
      }
      try await untilRunning("undone", pool)
      writing.cancel()
      _ = await writing.result
      #expect(try await pool.perform { try $0.query("SELECT FROM things").isEmpty })
    }

    @Test("When all connections stay in use, who waits is told so at the deadline")
    func exhausted() async throws {
      let pool = try await makePool(size: 2, acquireTimeout: .milliseconds(50))
      let holding = Task { try await pool.perform { try $0.query("SELECT 'holding', pg_sleep(600)::text") } }
      try await untilRunning("holding", pool)
      let second = Task { try await pool.perform { try $0.query("SELECT 'second', pg_sleep(600)::text") } }
      await #expect {
        while true { _ = try await pool.perform { try $0.query("SELECT 1") } }
      } throws: {
        ($0 as? PostgresError)?.code == .poolExhausted
      }
      holding.cancel()
      second.cancel()
      _ = await (holding.result, second.result)
    }

    @Test("Many tasks share few connections and all get their answer")
    func sharing() async throws {
      let pool = try await makePool(size: 3)
      let answers = try await withThrowingTaskGroup(of: Int64.self) { group in
        for number in 0..<200 {
          group.addTask { try await pool.perform { try $0.query("SELECT $1", [.int(Int64(number))])[0].int(0) } }
        }
        return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
      }
      #expect(answers == Set(0..<200))
      let backends = try await pool.perform { connection in
        try connection.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")[0].int(0)
      }
      #expect(backends <= 3)
    }

    @Test("A closed pool leaves no connection and makes new ones when asked")
    func closing() async throws {
      let pool = try await makePool(size: 2)
      let first = try await pool.perform { try $0.query("SELECT pg_backend_pid()")[0].int(0) }
      try await pool.close()
      #expect(try await pool.perform { try $0.query("SELECT pg_backend_pid()")[0].int(0) } != first)
    }
  }
}
