internal import VoicePostgres

/// The log that tells every replica what to read again.
struct ChangeLog: Sendable {
  /// Notified of every change of people, with its number.
  static let peopleChannel = "voiceprint_people"
  /// Notified when epochs or their use change.
  static let epochsChannel = "voiceprint_epochs"

  /// Notified when a promotion changes.
  static let promotionsChannel = "voiceprint_promotions"

  /// How many changes are kept; a gallery that is farther behind is loaded anew.
  let kept: Int

  /// Writes down that a person (nil: the whole collection) changed. Call it last in the transaction: from here to the
  /// commit, other writers wait.
  func append(collection: Int64, speaker: Int64?, _ connection: isolated PostgresConnection) throws {
    let number = try connection.query(
      """
      WITH counter AS (UPDATE change_counter SET last_change = last_change + 1 RETURNING last_change),
      entry AS (INSERT INTO changes (sequence, collection_id, speaker_key) SELECT last_change, $1, $2 FROM counter)
      SELECT last_change, pg_notify('\(Self.peopleChannel)', last_change::text)::text FROM counter
      """, [.int(collection), speaker.map { .int($0) } ?? .null]
    )[0].int(0)
    if number % Int64(max(1, kept / 10)) == 0 { try trim(to: number - Int64(kept), connection) }
  }

  private func trim(to number: Int64, _ connection: isolated PostgresConnection) throws {
    guard number > 0 else { return }
    try connection.query("DELETE FROM changes WHERE sequence <= $1", [.int(number)])
    try connection.query("UPDATE change_counter SET trimmed_to = greatest(trimmed_to, $1)", [.int(number)])
  }

  /// Tells every replica that epochs or their use changed.
  static func notifyEpochs(_ connection: isolated PostgresConnection) throws {
    try connection.query("SELECT pg_notify('\(epochsChannel)', '')::text")
  }

  /// Tells watchers and workers that a promotion changed.
  static func notifyPromotions(_ connection: isolated PostgresConnection) throws {
    try connection.query("SELECT pg_notify('\(promotionsChannel)', '')::text")
  }
}
