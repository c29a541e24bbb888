package import Logging
internal import Synchronization
internal import VoiceConcurrency

/// A few connections that many tasks share; who waits longest gets the next free one.
///
/// Connections are made when they are needed, and again after the server was away: a pool needs no restart.
package final class PostgresPool: Sendable {
  /// Most connections at once.
  package let size: Int
  private let options: PostgresOptions
  private let acquireTimeout: Duration
  private let logger: Logger
  private let permits: AsyncSemaphore
  private let idle = Mutex<(connections: [PostgresConnection], made: Int)>(([], 0))

  /// A pool of at most `size` connections; a task waits at most `acquireTimeout` for one.
  package init(
    _ options: PostgresOptions, size: Int, acquireTimeout: Duration = .seconds(10), logger: Logger
  ) {
    precondition(size > 0, "PostgresPool: \(size) connections")
    self.size = size
    self.options = options
    self.acquireTimeout = acquireTimeout
    self.logger = logger
    permits = AsyncSemaphore(permits: size)
  }

  /// How the pool is used now.
  package var usage: PostgresUsage {
    let (free, waiting) = permits.usage
    let idle = idle.withLock { $0.connections.count }
    return PostgresUsage(maximum: size, inUse: size - free, idle: idle, waiting: waiting)
  }

  /// Runs `body` on a connection, on its thread; its statements stand each for itself.
  ///
  /// Throws `PostgresError`, `CancellationError` and what `body` throws.
  @discardableResult
  package func perform<Result: Sendable>(
    deadline: ContinuousClock.Instant? = nil, _ body: @Sendable (isolated PostgresConnection) throws -> Result
  ) async throws -> Result {
    try await acquire(deadline: deadline)
    let connection = take()
    defer { giveBack(connection) }
    return try await connection.perform(deadline: deadline, body)
  }

  /// Runs `body` in a transaction, which is committed unless it throws.
  ///
  /// When another transaction came between, the whole of it runs again, at most `attempts` times. Throws as `perform`.
  @discardableResult
  package func transaction<Result: Sendable>(
    isolation: PostgresConnection.Isolation = .readCommitted, attempts: Int = 3,
    deadline: ContinuousClock.Instant? = nil, _ body: @Sendable (isolated PostgresConnection) throws -> Result
  ) async throws -> Result {
    try await perform(deadline: deadline) { connection in
      for _ in 1..<attempts {
        do { return try connection.transaction(isolation) { try body(connection) } } catch let error as PostgresError
        where error.code == .serialisationFailure { continue }
      }
      return try connection.transaction(isolation) { try body(connection) }
    }
  }

  /// Waits until every connection is back and closes them. Whoever asks for one later makes it anew.
  package func close() async throws {
    for _ in 0..<size { try await permits.acquire() }
    let connections = idle.withLock { idle in
      defer { idle.connections = [] }
      return idle.connections
    }
    for connection in connections { await connection.close() }
    for _ in 0..<size { permits.release() }
  }

  private func acquire(deadline: ContinuousClock.Instant?) async throws {
    let latest = ContinuousClock.now + acquireTimeout
    do { try await permits.acquire(deadline: min(deadline ?? latest, latest)) } catch is AsyncSemaphore.TimedOut {
      throw PostgresError(.poolExhausted, "all \(size) connections to the database stayed in use")
    }
  }

  /// The connection used last, as it is the likeliest to be warm; a new one when all others are in use.
  private func take() -> PostgresConnection {
    idle.withLock { idle in
      if let connection = idle.connections.popLast() { return connection }
      idle.made += 1
      return PostgresConnection(options, name: "postgres-\(idle.made)", logger: logger)
    }
  }

  private func giveBack(_ connection: PostgresConnection) {
    idle.withLock { $0.connections.append(connection) }
    permits.release()
  }
}

/// How the connections of a pool are used at a moment.
package struct PostgresUsage: Sendable, Hashable {
  /// Most connections at once.
  package var maximum: Int
  /// Connections that somebody has.
  package var inUse: Int
  /// Connections that are there for the next one.
  package var idle: Int
  /// Tasks that wait for a connection.
  package var waiting: Int
}
