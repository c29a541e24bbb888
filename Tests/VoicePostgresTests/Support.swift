import Logging
import TestSupport
import Testing
import VoicePostgres

/// A quiet log.
let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A pool on an empty database of its own.
func makePool(size: Int = 2, acquireTimeout: Duration = .seconds(30)) async throws -> PostgresPool {
  let options = PostgresOptions(url: try await TestPostgres.makeDatabase())
  return PostgresPool(options, size: size, acquireTimeout: acquireTimeout, logger: logger)
}

/// Returns once a backend of the database runs a statement that contains `text`.
func untilRunning(_ text: String, _ pool: PostgresPool) async throws {
  let sql = """
    SELECT 1 FROM pg_stat_activity
    WHERE state = 'active' AND datname = current_database() AND pid <> pg_backend_pid() AND query LIKE $1
    """
  while try await pool.perform({ try $0.query(sql, [.text("%\(text)%")]).isEmpty }) { try Task.checkCancellation() }
}

/// The tests that share a server: one after the other, as together they would want more connections than it has.
@Suite(.serialized) struct PostgresTests {}
