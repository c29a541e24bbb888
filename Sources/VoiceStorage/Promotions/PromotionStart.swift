internal import VoicePostgres
internal import VoiceRecognition

/// The beginning of a promotion.
struct PromotionStart: Sendable {
  let plan: PromotionPlan

  func run(validateOnly: Bool, _ connection: isolated PostgresConnection) throws -> Promotion {
    let collection = try CollectionRow.find(plan.collection, lock: .keep, connection)
    let epoch = try EpochRows.identifier(plan.toEpoch, connection)
    guard epoch != collection.epochID else {
      throw RecognitionError(
        .failedPrecondition, reason: "SAME_EPOCH",
        "collection '\(plan.collection)' has epoch '\(plan.toEpoch)' already")
    }
    let counts = try PromotionCounts.read(collection: collection.id, epoch: epoch, connection)
    if validateOnly {
      try refuseSecond(collection, connection)
      return checked(collection, counts)
    }
    guard let key = try insert(collection, epoch, counts, connection),
      let row = try PromotionRow.find(key: key, connection)
    else { throw Self.underWay(plan.collection) }
    try ChangeLog.notifyEpochs(connection)
    try ChangeLog.notifyPromotions(connection)
    return row.promotion
  }

  private func checked(_ collection: CollectionRow, _ counts: PromotionCounts) -> Promotion {
    let now = Timestamp(microseconds: 0)
    var promotion = Promotion(
      id: "", plan: plan, fromEpoch: collection.epoch, state: .staging, createTime: now, updateTime: now)
    promotion.utterancesTotal = counts.recordings
    promotion.utterancesDone = counts.embedded
    promotion.speakersWithoutAudio = counts.unknownSpeakers
    return promotion
  }

  private func refuseSecond(_ collection: CollectionRow, _ connection: isolated PostgresConnection) throws {
    let other = try connection.query(
      "SELECT 1 FROM promotions WHERE collection_id = $1 AND state IN \(PromotionRow.underWay)", [.int(collection.id)])
    guard other.isEmpty else { throw Self.underWay(plan.collection) }
  }

  /// Nil when there is a promotion under way. One back to where the collection is draining from rolls that back.
  private func insert(
    _ collection: CollectionRow, _ epoch: Int64, _ counts: PromotionCounts, _ connection: isolated PostgresConnection
  ) throws -> Int64? {
    try connection.query(
      """
      INSERT INTO promotions (collection_id, from_epoch, to_epoch, unretained_policy, quorum, utterances_per_second,
        retain_seconds, utterances_total, utterances_done, speakers_without_audio, rolls_back)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, (
        SELECT max(promotion_key) FROM promotions
        WHERE collection_id = $1 AND state = 'DRAINING' AND from_epoch = $3 AND to_epoch = $2))
      ON CONFLICT (collection_id) WHERE state IN \(PromotionRow.underWay) DO NOTHING RETURNING promotion_key
      """,
      [
        .int(collection.id), .int(collection.epochID), .int(epoch), .text(plan.policy.rawValue), .double(plan.quorum),
        .double(plan.utterancesPerSecond), .double(plan.retainSeconds), .int(Int64(counts.recordings)),
        .int(Int64(counts.embedded)), .int(Int64(counts.unknownSpeakers)),
      ]
    ).first?.int(0)
  }

  private static func underWay(_ collection: CollectionName) -> RecognitionError {
    RecognitionError(
      .failedPrecondition, reason: "PROMOTION_UNDER_WAY",
      "a promotion of collection '\(collection)' is under way: wait for its flip or cancel it")
  }
}
