internal import Logging
internal import VoicePostgres
internal import VoiceRecognition

/// Lets enrolments into a collection wait while the last voiceprints of the new epoch are made.
///
/// Where people are enrolled faster than voiceprints are made, a flip would else come too late every time. The lock is
/// of a connection of its own: if the worker dies, the server lets go of it.
struct EnrolmentHold: Sendable {
  let options: PostgresOptions
  let logger: Logger

  /// Runs `body` while nobody is enrolled into the collection of a lease.
  func run(
    _ lease: PromotionLease, _ body: @Sendable () async throws -> Void
  ) async throws {
    let connection = PostgresConnection(options, name: "enrolment hold", logger: logger)
    let gate = CollectionRow.Lock.enrolmentGate
    do {
      try await connection.perform { connection in
        try connection.query(
          "SELECT pg_advisory_lock\(gate)::text FROM promotions WHERE promotion_key = $2",
          [.int(PromotionFence(lease).pass(.none, connection).collectionID), .int(lease.key)])
      }
      try await body()
    } catch {
      await connection.close()
      throw StorageError.domain(error)
    }
    await connection.close()
  }
}
