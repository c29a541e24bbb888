import Testing
import VoicePostgres

extension PostgresTests {
  @Suite struct MigratorTests {
    private static let first = PostgresMigration(1, "things", "CREATE TABLE things (name text)")
    private static let second = PostgresMigration(2, "colours", "ALTER TABLE things ADD colour text; SELECT 1")

    @Test("Each step is taken once, however often and by however many at once")
    func once() async throws {
      let pool = try await makePool(size: 4)
      let migrator = PostgresMigrator([Self.first, Self.second], logger: logger)
      try await PostgresMigrator([Self.first], logger: logger).migrate(pool)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { try await migrator.migrate(pool) } }
        try await group.waitForAll()
      }
      let numbers = try await pool.perform { connection in
        try connection.query("SELECT number FROM voiceprint_migrations ORDER BY number").map { try $0.int(0) }
      }
      #expect(numbers == [1, 2])
    }

    @Test("Programs that start together on an empty database all find the schema made")
    func together() async throws {
      let pool = try await makePool(size: 4)
      let migrator = PostgresMigrator([Self.first, Self.second], logger: logger)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 { group.addTask { try await migrator.migrate(pool) } }
        try await group.waitForAll()
      }
      #expect(try await pool.perform { try $0.query("SELECT name, colour FROM things").isEmpty })
    }

    @Test("A schema that a newer program made is refused, saying both numbers")
    func newer() async throws {
      let pool = try await makePool()
      try await PostgresMigrator([Self.first, Self.second], logger: logger).migrate(pool)
      await #expect {
        try await PostgresMigrator([Self.first], logger: logger).migrate(pool)
      } throws: { error in
        let error = error as? PostgresError
        return error?.code == .schemaTooNew && error!.message.contains("step 2") && error!.message.contains("knows 1")
      }
    }

    @Test("A step that fails leaves the schema as it was")
    func failing() async throws {
      let pool = try await makePool()
      let broken = PostgresMigration(2, "broken", "CREATE TABLE others (name text); SELECT 1/0")
      await #expect(throws: PostgresError.self) {
        try await PostgresMigrator([Self.first, broken], logger: logger).migrate(pool)
      }
      let tables = try await pool.perform { connection in
        try connection.query(
          "SELECT FROM pg_tables WHERE tablename IN ('things', 'others', 'voiceprint_migrations')"
        ).count
      }
      #expect(tables == 0)
    }
  }
}
