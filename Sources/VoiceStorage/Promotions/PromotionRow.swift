internal import VoicePostgres
internal import VoiceRecognition

/// A promotion as the database knows it.
struct PromotionRow: Sendable {
  let key: Int64
  let collectionID: Int64
  let fromEpochID: Int64
  let toEpochID: Int64
  let rollsBackKey: Int64?
  let token: Int64
  let promotion: Promotion

  /// States before the flip, of which a collection has at most one promotion.
  static let underWay = "('STAGING', 'REEMBEDDING', 'FLIPPING')"

  /// What a statement begins with that reads promotions.
  static let select = """
    SELECT p.promotion_key, p.collection_id, p.from_epoch, p.to_epoch, p.rolls_back, p.lease_token,
      p.promotion_id, c.name, f.name, t.name, p.state, p.unretained_policy, p.quorum, p.utterances_per_second,
      p.retain_seconds, p.utterances_total, p.utterances_done, p.speakers_without_audio, p.error, r.promotion_id,
      p.created_at, p.updated_at, p.flipped_at
    FROM promotions p JOIN collections c USING (collection_id)
    JOIN epochs f ON f.epoch_id = p.from_epoch JOIN epochs t ON t.epoch_id = p.to_epoch
    LEFT JOIN promotions r ON r.promotion_key = p.rolls_back
    """

  init(_ row: PostgresRow) throws {
    key = try row.int(0)
    collectionID = try row.int(1)
    fromEpochID = try row.int(2)
    toEpochID = try row.int(3)
    rollsBackKey = try row.optionalInt(4)
    token = try row.int(5)
    promotion = try Self.promotion(row)
  }

  private static func promotion(_ row: PostgresRow) throws -> Promotion {
    guard let state = PromotionState(rawValue: try row.text(10)),
      let policy = UnretainedPolicy(rawValue: try row.text(11))
    else {
      throw RecognitionError(
        .dataLoss, reason: "STORED_DATA_DAMAGED", "a stored promotion has the state '\(try row.text(10))'")
    }
    let plan = try PromotionPlan(
      collection: CollectionName(row.text(7)), toEpoch: EpochName(row.text(9)), policy: policy, quorum: row.double(12),
      utterancesPerSecond: row.double(13), retainSeconds: row.double(14))
    var promotion = Promotion(
      id: try row.text(6), plan: plan, fromEpoch: try EpochName(row.text(8)), state: state,
      createTime: Timestamp(microseconds: try row.timestamp(20)),
      updateTime: Timestamp(microseconds: try row.timestamp(21)))
    promotion.utterancesTotal = Int(try row.int(15))
    promotion.utterancesDone = Int(try row.int(16))
    promotion.speakersWithoutAudio = Int(try row.int(17))
    promotion.error = try row.text(18)
    promotion.rollsBack = try row.optionalText(19)
    promotion.flipTime = row.isNull(22) ? nil : Timestamp(microseconds: try row.timestamp(22))
    return promotion
  }

  /// Throws `notFound`.
  static func find(_ id: String, _ connection: isolated PostgresConnection) throws -> PromotionRow {
    // No identifier of ours holds U+0000, which PostgreSQL does not take.
    guard !id.utf8.contains(0) else { throw RecognitionError.missing("promotion", id) }
    guard let row = try connection.query("\(select) WHERE p.promotion_id = $1", [.text(id)]).first else {
      throw RecognitionError.missing("promotion", id)
    }
    return try PromotionRow(row)
  }

  /// Nil when it has gone with its collection.
  static func find(key: Int64, _ connection: isolated PostgresConnection) throws -> PromotionRow? {
    try connection.query("\(select) WHERE p.promotion_key = $1", [.int(key)]).first.map { try PromotionRow($0) }
  }

  /// Locks the collection and then the promotion: the order of everyone who locks both. Nil when it has gone.
  func locked(_ lock: CollectionRow.Lock, _ connection: isolated PostgresConnection) throws -> PromotionRow? {
    try CollectionRow.lock(collectionID, lock, connection)
    try connection.query(
      "SELECT 1 FROM promotions WHERE promotion_key = $1 FOR NO KEY UPDATE", [.int(key)])
    return try Self.find(key: key, connection)
  }

  var lease: PromotionLease { PromotionLease(promotion: promotion, key: key, token: token) }
}
