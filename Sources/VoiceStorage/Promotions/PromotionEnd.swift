internal import VoicePostgres
internal import VoiceRecognition

/// The ends of a promotion.
enum PromotionEnd {
  /// Ends it without a flip, or after its old epoch was kept long enough, and removes what nobody needs any more. The
  /// collection must be locked for removal, and the promotion; its worker's lease is over.
  static func end(
    _ row: PromotionRow, as state: PromotionState, error: String, _ connection: isolated PostgresConnection
  ) throws {
    try connection.query(
      """
      UPDATE promotions SET state = $2, error = $3, lease_token = lease_token + 1, lease_until = NULL,
        updated_at = clock_timestamp() WHERE promotion_key = $1
      """, [.int(row.key), .text(state.rawValue), .text(error)])
    for epoch in [row.fromEpochID, row.toEpochID] {
      try PromotionCounts.removeVoiceprints(of: epoch, in: row.collectionID, connection)
    }
    try ChangeLog.notifyEpochs(connection)
    try ChangeLog.notifyPromotions(connection)
  }
}
