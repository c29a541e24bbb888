package import Logging
package import VoicePostgres
package import VoiceRecognition

/// What is known of a database beside its content.
package struct DatabaseFacts: Sendable, Hashable {
  /// The last step of the schema that was taken; 0 for an empty database.
  package let schema: Int
  /// Tells the database with all its copies from others; nil before step 10.
  package let lineage: String?
  /// How many people are enrolled.
  package let people: Int
  /// Which services are connected.
  package let connected: [String]
}

/// A database into which another is restored: what was there is set aside until all of the other one is there.
package struct RestorePlace: Sendable {
  /// The newest step of the schema that this program knows.
  package static var newestSchema: Int { Schema.migrations.count }

  private static let aside = "voiceprint_before_restore"
  private let connection: PostgresConnection

  /// The database that `options` names. Nothing in it is changed by this.
  package init(_ options: PostgresOptions, logger: Logger) {
    connection = PostgresConnection(options, logger: logger)
  }

  /// What is known of it. Throws `unavailable`.
  package func facts() async throws(RecognitionError) -> DatabaseFacts {
    try await run { connection in
      return DatabaseFacts(
        schema: try Self.isThere("voiceprint_migrations", connection)
          ? Self.number("SELECT coalesce(max(number), 0) FROM voiceprint_migrations", connection) : 0,
        lineage: try Self.isThere("erasure_counter", connection) ? ErasureKeeper.lineage(connection) : nil,
        people: try Self.isThere("speakers", connection)
          ? Self.number("SELECT count(*) FROM speakers", connection) : 0,
        connected: try connection.query(
          """
          SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database()
            AND pid <> pg_backend_pid() AND application_name LIKE 'voiceprint%' ORDER BY application_name
          """
        ).map { try $0.text(0) })
    }
  }

  /// Sets aside what is there. Throws `refused` what PostgreSQL says, as when it was set aside before.
  package func setAside() async throws(RecognitionError) {
    try await run { try $0.script("ALTER SCHEMA public RENAME TO \(Self.aside); CREATE SCHEMA public") }
  }

  /// Brings back what was set aside, in the place of what is there.
  package func bringBack() async throws(RecognitionError) {
    try await run {
      try $0.script("BEGIN; DROP SCHEMA IF EXISTS public CASCADE; ALTER SCHEMA \(Self.aside) RENAME TO public; COMMIT")
    }
  }

  /// Removes what was set aside.
  package func dropAside() async throws(RecognitionError) {
    try await run { try $0.script("DROP SCHEMA \(Self.aside) CASCADE") }
  }

  /// Ends the connection.
  package func close() async { await connection.close() }

  private static func isThere(_ table: String, _ connection: isolated PostgresConnection) throws -> Bool {
    try connection.query("SELECT to_regclass($1) IS NOT NULL", [.text(table)])[0].bool(0)
  }

  private static func number(_ sql: String, _ connection: isolated PostgresConnection) throws -> Int {
    Int(try connection.query(sql)[0].int(0))
  }

  private func run<Result: Sendable>(
    _ body: @Sendable (isolated PostgresConnection) throws -> Result
  ) async throws(RecognitionError) -> Result {
    do { return try await connection.perform(body) } catch { throw StorageError.domain(error) }
  }
}
