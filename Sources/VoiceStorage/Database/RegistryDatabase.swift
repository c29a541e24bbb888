internal import Logging
internal import Synchronization
internal import VoiceConcurrency
internal import VoicePostgres
internal import VoiceRecognition

/// The pool, with a schema known to be right and failures in the domain's terms.
final class RegistryDatabase: Sendable {
  let changes: ChangeLog
  let audit: AuditLog
  /// Tells when the schema becomes known to be right.
  let readiness = News()
  private let pool: PostgresPool
  private let keeper: ErasureKeeper
  let logger: Logger
  private let migrator: PostgresMigrator
  private let ready = Atomic<Bool>(false)

  /// `program` is what the audit log calls this program.
  init(
    pool: PostgresPool, program: String, keptChanges: Int, keeper: ErasureKeeper = .none, logger: Logger
  ) {
    self.pool = pool
    audit = AuditLog(program: program)
    self.keeper = keeper
    self.logger = logger
    changes = ChangeLog(kept: keptChanges)
    migrator = PostgresMigrator(Schema.migrations, logger: logger)
  }

  /// Whether the schema is known to be right.
  var isReady: Bool { ready.load(ordering: .acquiring) }

  /// Brings the schema up to what this program needs, and the database and the erasure ledger together.
  ///
  /// Throws `unavailable`, and `failedPrecondition` when the schema is newer or the ledger is another database's.
  func prepare() async throws(RecognitionError) {
    if isReady { return }
    do {
      try await migrator.migrate(pool)
      let erased = try await pool.transaction { [keeper, audit] in try keeper.replay(audit, $0) }
      if erased != ErasureCounts() {
        logger.warning(
          "the database was restored from before these were erased: they are erased again",
          metadata: [
            "collections": "\(erased.collections)", "people": "\(erased.speakers)",
            "utterances": "\(erased.utterances)",
          ])
      }
      try await pool.perform { [keeper] in try keeper.record($0) }
    } catch { throw StorageError.domain(error) }
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

  /// Runs a transaction that erases something. When it returns, or throws `notFound`, whatever was erased is in the
  /// ledger: an earlier call may have erased it and failed to write it down.
  ///
  /// Throws `unavailable` when it was erased but could not be written down: try again.
  func erase<Result: Sendable>(
    _ body: @Sendable (isolated PostgresConnection) throws -> Result
  ) async throws(RecognitionError) -> Result {
    do throws(RecognitionError) {
      let result = try await write(body)
      try await record()
      return result
    } catch {
      if error.code == .notFound { try await record() }
      throw error
    }
  }

  private func record() async throws(RecognitionError) {
    guard keeper.ledger != nil else { return }
    _ = try await read { [keeper] in try keeper.record($0) }
  }

  /// The database went away: what comes back may be another one.
  func forget() { ready.store(false, ordering: .releasing) }

  func close() async throws { try await pool.close() }

  /// How the connections are used now.
  var usage: PostgresUsage { pool.usage }

  private func translated(_ error: any Error) -> RecognitionError {
    // Another database stands where the known one was: its schema is made at the next call.
    if (error as? PostgresError)?.code == .undefinedTable { ready.store(false, ordering: .releasing) }
    return StorageError.domain(error)
  }
}
