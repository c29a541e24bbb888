internal import VoiceConcurrency
internal import VoicePostgres
internal import VoiceRecognition

/// The one transaction that gives a collection another epoch.
///
/// The collection is locked against everyone who changes people in it: what was enrolled before is seen here, what
/// comes later finds the new epoch and is refused with the voiceprints of the old one. Templates need not be made:
/// whoever adds or removes voiceprints has made them.
struct PromotionFlip: Sendable {
  let lease: PromotionLease
  let changes: ChangeLog

  func run(_ connection: isolated PostgresConnection) throws -> FlipOutcome {
    let row = try PromotionFence(lease).pass(.remove, connection)
    let counts = try PromotionCounts.read(collection: row.collectionID, epoch: row.toEpochID, connection)
    let missing = counts.recordings - counts.embedded
    guard missing == 0 else {
      try back(row, counts, connection)
      return .incomplete(missing)
    }
    guard counts.unknownSpeakers == 0 || row.promotion.plan.policy == .proceed else {
      try PromotionEnd.end(
        row, as: .failed, error: Promotion.refusal(counts.unknownSpeakers), connection)
      try connection.query(
        "UPDATE promotions SET speakers_without_audio = $2 WHERE promotion_key = $1",
        [.int(row.key), .int(Int64(counts.unknownSpeakers))])
      return .refused(speakersWithoutAudio: counts.unknownSpeakers)
    }
    try flip(row, counts, connection)
    try Failpoint.hit("promotion.in_flip")
    try changes.append(collection: row.collectionID, speaker: nil, connection)
    return .flipped
  }

  private func back(
    _ row: PromotionRow, _ counts: PromotionCounts, _ connection: isolated PostgresConnection
  ) throws {
    try connection.query(
      """
      UPDATE promotions SET state = 'REEMBEDDING', utterances_total = $2, utterances_done = $3,
        updated_at = clock_timestamp() WHERE promotion_key = $1
      """, [.int(row.key), .int(Int64(counts.recordings)), .int(Int64(counts.embedded))])
    try ChangeLog.notifyPromotions(connection)
  }

  private func flip(
    _ row: PromotionRow, _ counts: PromotionCounts, _ connection: isolated PostgresConnection
  ) throws {
    try connection.query(
      "UPDATE collections SET epoch_id = $2 WHERE collection_id = $1", [.int(row.collectionID), .int(row.toEpochID)])
    try connection.query(
      """
      UPDATE promotions SET state = 'DRAINING', utterances_total = $2, utterances_done = $2,
        speakers_without_audio = $3, lease_token = lease_token + 1, lease_until = NULL,
        flipped_at = clock_timestamp(), updated_at = clock_timestamp() WHERE promotion_key = $1
      """, [.int(row.key), .int(Int64(counts.recordings)), .int(Int64(counts.unknownSpeakers))])
    if let rolledBack = row.rollsBackKey {
      try connection.query(
        """
        UPDATE promotions SET state = 'ROLLED_BACK', updated_at = clock_timestamp()
        WHERE promotion_key = $1 AND state = 'DRAINING'
        """, [.int(rolledBack)])
    }
    try ChangeLog.notifyEpochs(connection)
    try ChangeLog.notifyPromotions(connection)
  }
}
