internal import Logging
internal import Synchronization
internal import VoiceConcurrency
internal import VoicePostgres
internal import VoiceRecognition

/// The pool, with a schema known to be right and failures in the domain's terms.
final class RegistryDatabase: Sendable {
  let changes: ChangeLog
  /// Tells when the schema becomes known to be right.
  let readiness = News()
  private let pool: PostgresPool
  private let migrator: PostgresMigrator
  private let ready = Atomic<Bool>(false)

  init(pool: PostgresPool, keptChanges: Int, logger: Logger) {
    self.pool = pool
    changes = ChangeLog(kept: keptChanges)
    migrator = PostgresMigrator(Schema.migrations, logger: logger)
  }

  /// Whether the schema is known to be right.
  var isReady: Bool { ready.load(ordering: .acquiring) }

  /// Brings the schema up to what this program needs. Throws `unavailable`, and `failedPrecondition` when it is newer.
  func prepare() async throws(RecognitionError) {
    if isReady { return }
    do { try await migrator.migrate(pool) } catch { throw StorageError.domain(error) }
    ready.store(true, ordering: .releasing)
    readiness.publish()
  }

  /// Runs statements that only read.
  func read<Result: Sendable>(
    _ body: @Sendable (isolated PostgresConnection) throws -> Result
  ) async throws(RecognitionError) -> Result {
    try await prepare()
    do { return try await pool.perform(body) } catch { throw translated(error) }
  }

  /// Runs statements that all see the same state.
  func readSnapshot<Result: Sendable>(
    _ body: @Sendable (isolated PostgresConnection) throws -> Result
  ) async throws(RecognitionError) -> Result {
    try await prepare()
    do { return try await pool.transaction(isolation: .snapshot, body) } catch { throw translated(error) }
  }

  /// Runs a transaction, again if another came between.
  func write<Result: Sendable>(
    _ body: @Sendable (isolated PostgresConnection) throws -> Result
  ) async throws(RecognitionError) -> Result {
    try await prepare()
    do { return try await pool.transaction(body) } catch { throw translated(error) }
  }

  func close() async throws { try await pool.close() }

  private func translated(_ error: any Error) -> RecognitionError {
    // Another database stands where the known one was: its schema is made at the next call.
    if (error as? PostgresError)?.code == .undefinedTable { ready.store(false, ordering: .releasing) }
    return StorageError.domain(error)
  }
}
