internal import VoicePostgres
internal import VoiceRecognition

/// Lets only the worker pass that took the promotion last.
struct PromotionFence: Sendable {
  let lease: PromotionLease

  init(_ lease: PromotionLease) { self.lease = lease }

  /// Locks the collection and the promotion, which is given as it is now. Throws `aborted` (`LEASE_LOST`) when another
  /// worker has it, and when it has ended or gone.
  func pass(_ lock: CollectionRow.Lock, _ connection: isolated PostgresConnection) throws -> PromotionRow {
    guard let row = try PromotionRow.find(key: lease.key, connection)?.locked(lock, connection),
      row.token == lease.token, !row.promotion.state.isFinal
    else {
      throw Self.lost(lease)
    }
    return row
  }

  /// The worker is too late.
  static func lost(_ lease: PromotionLease) -> RecognitionError {
    RecognitionError(
      .aborted, reason: "LEASE_LOST",
      "promotion '\(lease.promotion.id)' was taken by another worker, or it has ended")
  }
}
