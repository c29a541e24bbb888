package import Logging
internal import VoiceConcurrency

/// A connection to PostgreSQL on a thread of its own.
///
/// The statements are synchronous: they run inside `perform`, on the connection's thread, one caller at a time. The
/// connection is made at first use, and again when the server has gone away in between.
package actor PostgresConnection {
  private struct StatementKey: Hashable {
    let sql: String
    let types: [UInt32]
  }

  private nonisolated let executor: ThreadExecutor
  private nonisolated let wake = Wake()
  private let options: PostgresOptions
  private let logger: Logger
  private var link: Link?
  private var statements: [StatementKey: String] = [:]
  /// Counts names, so that none comes twice even if a statement was interrupted after the server had prepared it.
  private var nameCount = 0
  private var patience = Patience()

  /// The executor on the connection's thread.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// A connection that is not made yet.
  package init(_ options: PostgresOptions, name: String = "postgres", logger: Logger) {
    self.options = options
    self.logger = logger
    executor = ThreadExecutor(name: name)
  }
  // On the connection's thread: a link is finished where it was used.
  isolated deinit { link = nil }

  /// Runs `body` on the connection's thread.
  ///
  /// A cancelled task or a passed deadline ends the running statement on the server. Throws `PostgresError`,
  /// `CancellationError` and what `body` throws.
  @discardableResult
  package func perform<Result: Sendable>(
    deadline: ContinuousClock.Instant? = nil, _ body: @Sendable (isolated PostgresConnection) throws -> Result
  ) async throws -> Result {
    let wake = wake
    return try await withTaskCancellationHandler {
      try Task.checkCancellation()
      let latest = ContinuousClock.now + options.queryTimeout
      patience = Patience(deadline: min(deadline ?? latest, latest)) { Task.isCancelled }
      try connect()
      return try body(self)
    } onCancel: {
      wake.signal()
    }
  }

  /// Runs one statement; it is prepared at its first use on this connection.
  @discardableResult
  package func query(_ sql: String, _ parameters: [PostgresValue] = []) throws -> PostgresResult {
    try guarded { link in
      try link.execute(try self.prepared(sql, parameters, on: link), parameters, self.patience)
    }
  }

  /// Runs one statement and hands over its rows as they come, so that a large result is never held as a whole.
  package func forEachRow(
    _ sql: String, _ parameters: [PostgresValue] = [], _ body: (PostgresRow) throws -> Void
  ) throws {
    try guarded { link in
      try link.stream(try self.prepared(sql, parameters, on: link), parameters, self.patience, body)
    }
  }

  /// Runs SQL of several statements without parameters.
  package func script(_ sql: String) throws { _ = try guarded { try $0.run(sql, self.patience) } }

  /// Closes the connection; the next use makes it again.
  package func close() {
    link = nil
    statements = [:]
  }
}

extension PostgresConnection {
  /// How a transaction sees what others change.
  package enum Isolation: String, Sendable {
    /// Each statement sees what was committed before it.
    case readCommitted = "READ COMMITTED"
    /// All statements see what was committed before the first; nothing may be changed.
    case snapshot = "REPEATABLE READ READ ONLY"
    /// As if the transactions ran one after the other.
    case serialisable = "SERIALIZABLE"
  }

  /// Runs `body` in a transaction that is committed unless it throws.
  @discardableResult
  package func transaction<Result>(_ isolation: Isolation, _ body: () throws -> Result) throws -> Result {
    let result: Result
    do {
      // Whoever does not wait for its answer any more may still have begun one.
      try script("BEGIN ISOLATION LEVEL \(isolation.rawValue)")
      result = try body()
    } catch {
      rollBack()
      throw error
    }
    // A commit on its way is awaited even if the caller has gone, so that its outcome is known.
    let tag = try guarded { try $0.run("COMMIT", .atMost(self.options.queryTimeout)).commandTag }
    guard tag == "COMMIT" else { throw PostgresError(.refused, "the transaction had failed and was rolled back") }
    return result
  }

  private func rollBack() {
    guard let link else { return }
    do { try link.run("ROLLBACK", .atMost(.seconds(2))) } catch {
      logger.debug("a transaction could not be rolled back, its connection is closed: \(error)")
      close()
    }
  }
}

extension PostgresConnection {
  private func connect() throws {
    if let link, link.isAlive { return }
    close()
    let limit = ContinuousClock.now + options.connectTimeout
    let deadline = min(patience.deadline ?? limit, limit)
    do {
      link = try Link(
        options, wake: wake, logger: logger, patience: Patience(deadline: deadline, isCancelled: patience.isCancelled))
    } catch let error as PostgresError where error.code == .deadlineExceeded && deadline == limit {
      throw PostgresError(.unavailable, "no connection within \(options.connectTimeout)", sqlState: "08001")
    }
  }

  private func prepared(_ sql: String, _ parameters: [PostgresValue], on link: Link) throws -> String {
    let key = StatementKey(sql: sql, types: parameters.map(\.type))
    if let name = statements[key] { return name }
    nameCount += 1
    let name = "s\(nameCount)"
    try link.prepare(name, sql, types: key.types, patience)
    statements[key] = name
    return name
  }

  /// Runs `body` on the link; whatever leaves the link unusable closes it.
  private func guarded<Result>(_ body: (Link) throws -> Result) throws -> Result {
    guard let link else { throw PostgresError(.unavailable, "the connection was lost", sqlState: "08003") }
    do { return try body(link) } catch {
      let usable = error is PostgresError && !Self.interrupts(error) ? link.isAlive : link.abandon()
      if !usable { close() }
      throw error
    }
  }

  private static func interrupts(_ error: any Error) -> Bool {
    (error as? PostgresError)?.code == .deadlineExceeded
  }
}
