package import Logging

/// A step of the schema, never changed once it was released.
package struct PostgresMigration: Sendable {
  /// Its number: 1, 2, 3, …
  package let number: Int
  /// What it does, in a few words.
  package let name: String
  /// Its statements.
  package let sql: String

  /// A step of the schema.
  package init(_ number: Int, _ name: String, _ sql: String) {
    self.number = number
    self.name = name
    self.sql = sql
  }
}

/// Brings the schema up to what the program needs.
///
/// Several programs may start at once: one does the work, under an advisory lock, and the others find it done. All
/// steps are taken in one transaction, so that a failed one leaves the schema as it was.
package struct PostgresMigrator: Sendable {
  private let migrations: [PostgresMigration]
  private let logger: Logger
  /// Any number will do that no other program on the database uses; the letters `voicesch`.
  private static let lock: Int64 = 0x766F_6963_6573_6368

  /// A migrator of steps numbered from 1 without a gap.
  package init(_ migrations: [PostgresMigration], logger: Logger) {
    precondition(
      migrations.map(\.number) == Array(1..<(migrations.count + 1)), "migrations must be numbered from 1 without a gap")
    self.migrations = migrations
    self.logger = logger
  }

  /// Takes the steps that are missing.
  ///
  /// Throws `PostgresError`, of code `schemaTooNew` when the database has steps that this program does not know.
  package func migrate(_ pool: PostgresPool) async throws {
    let applied = try await pool.transaction { connection -> [PostgresMigration] in
      try connection.query("SELECT pg_advisory_xact_lock($1)", [.int(Self.lock)])
      try connection.script(Self.table)
      let newest = try Int(connection.query("SELECT coalesce(max(number), 0) FROM voiceprint_migrations")[0].int(0))
      guard newest <= migrations.count else { throw tooNew(newest) }
      for migration in migrations[newest...] {
        try connection.script(migration.sql)
        try connection.query(
          "INSERT INTO voiceprint_migrations (number, name) VALUES ($1, $2)",
          [.int(Int64(migration.number)), .text(migration.name)])
      }
      return Array(migrations[newest...])
    }
    for migration in applied { logger.notice("schema step \(migration.number) taken: \(migration.name)") }
  }

  private func tooNew(_ newest: Int) -> PostgresError {
    PostgresError(
      .schemaTooNew,
      "the database's schema is at step \(newest), this program knows \(migrations.count): "
        + "start a program at least as new as the one that made it")
  }

  private static let table = """
    CREATE TABLE IF NOT EXISTS voiceprint_migrations (
      number bigint PRIMARY KEY,
      name text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )
    """
}
