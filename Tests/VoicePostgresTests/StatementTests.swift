import Testing
import VoicePostgres

extension PostgresTests {
  @Suite struct StatementTests {
    @Test("A refused statement says why and never what the parameters were")
    func refusal() async throws {
      let pool = try await makePool()
      try await pool.perform { connection in
        try connection.script("CREATE TABLE things (name text PRIMARY KEY)")
        try connection.query("INSERT INTO things VALUES ($1)", [.text("secret")])
        #expect {
          try connection.query("INSERT INTO things VALUES ($1)", [.text("secret")])
        } throws: { error in
          let error = error as? PostgresError
          return error?.code == .uniqueViolation && error?.sqlState == "23505" && !"\(error!)".contains("secret")
        }
        #expect {
          try connection.query("SELECT $1::int8", [.text("secret")])
        } throws: { error in
          (error as? PostgresError)?.sqlState == "22P02" && !"\(error)".contains("secret")
        }
        #expect { try connection.query("SELECT * FROM nothing") } throws: {
          ($0 as? PostgresError)?.code == .undefinedTable
        }
        #expect(try connection.query("SELECT 1")[0].int(0) == 1, "the connection goes on after refusals")
      }
    }

    @Test("A large result streams row by row")
    func stream() async throws {
      let pool = try await makePool()
      let sum = try await pool.perform { connection in
        var sum: Int64 = 0
        try connection.forEachRow("SELECT generate_series(1, $1)", [.int(100_000)]) { sum += try $0.int(0) }
        return sum
      }
      #expect(sum == 5_000_050_000)
    }

    @Test("A reader that gives up ends a large result and keeps the connection")
    func streamGivenUp() async throws {
      struct Enough: Error {}
      let pool = try await makePool(size: 1)
      func backend() async throws -> Int64 {
        try await pool.perform { try $0.query("SELECT pg_backend_pid()")[0].int(0) }
      }
      let before = try await backend()
      await #expect(throws: Enough.self) {
        try await pool.perform { connection in
          // 10¹² rows would never end.
          try connection.forEachRow("SELECT generate_series(1, 1000000000000)") { _ in throw Enough() }
        }
      }
      #expect(try await backend() == before)
    }

    @Test("A megabyte goes and comes back")
    func large() async throws {
      let pool = try await makePool()
      let bytes = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let back = try await pool.perform { try $0.query("SELECT $1", [.bytes(bytes)])[0].bytes(0) }
      #expect(back == bytes)
    }

    @Test("A transaction that throws leaves nothing behind")
    func rollback() async throws {
      struct Refused: Error {}
      let pool = try await makePool()
      try await pool.perform { try $0.script("CREATE TABLE things (name text)") }
      await #expect(throws: Refused.self) {
        try await pool.transaction { connection in
          try connection.query("INSERT INTO things VALUES ('a')")
          throw Refused()
        }
      }
      try await pool.transaction { try $0.query("INSERT INTO things VALUES ('b')") }
      let names = try await pool.perform { try $0.query("SELECT name FROM things").map { try $0.text(0) } }
      #expect(names == ["b"])
    }

    @Test("A transaction whose failure was overlooked does not claim to be committed")
    func overlookedFailure() async throws {
      let pool = try await makePool()
      await #expect(throws: PostgresError.self) {
        try await pool.transaction { connection in
          do { try connection.query("SELECT 1/0") } catch {}
        }
      }
    }

    @Test("A transaction that another one crossed runs again")
    func serialisation() async throws {
      let pool = try await makePool(size: 2)
      try await pool.perform { connection in
        try connection.script("CREATE TABLE counters (value int8); INSERT INTO counters VALUES (0)")
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<2 {
          group.addTask {
            for _ in 0..<20 {
              try await pool.transaction(isolation: .serialisable, attempts: 100) { connection in
                let value = try connection.query("SELECT value FROM counters")[0].int(0)
                try connection.query("UPDATE counters SET value = $1", [.int(value + 1)])
              }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(try await pool.perform { try $0.query("SELECT value FROM counters")[0].int(0) } == 40)
    }

    @Test("A snapshot sees one moment and changes nothing")
    func snapshot() async throws {
      let pool = try await makePool()
      try await pool.perform { try $0.script("CREATE TABLE things (name text)") }
      await #expect(throws: PostgresError.self) {
        try await pool.transaction(isolation: .snapshot) { try $0.query("INSERT INTO things VALUES ('a')") }
      }
    }
  }
}
