internal import VoicePostgres
internal import VoiceRecognition

/// Reads people and their utterances.
enum SpeakerRows {
  /// One person. Throws `notFound`.
  static func find(
    _ id: SpeakerID, in collection: CollectionRow, _ connection: isolated PostgresConnection
  ) throws -> Speaker {
    let rows = try connection.query(
      statement("SELECT * FROM speakers WHERE collection_id = $1 AND speaker_id = $3"),
      [.int(collection.id), .int(collection.epochID), .text(id.value)])
    guard let speaker = try speakers(rows, epoch: collection.epoch).first else {
      throw RecognitionError.missing("speaker", id.value)
    }
    return speaker
  }

  /// At most `limit` people whose identifiers come after `id`.
  ///
  /// With `needingReenrollment` only those without a template of the collection's epoch.
  static func after(
    _ id: String, limit: Int, in collection: CollectionRow, needingReenrollment: Bool,
    _ connection: isolated PostgresConnection
  ) throws -> [Speaker] {
    let rows = try connection.query(
      statement(
        """
        SELECT * FROM speakers p WHERE collection_id = $1 AND speaker_id > $3 AND ($4 OR NOT EXISTS (
          SELECT FROM templates t WHERE t.speaker_key = p.speaker_key AND t.epoch_id = $2))
        ORDER BY speaker_id LIMIT $5
        """),
      [.int(collection.id), .int(collection.epochID), .text(id), .bool(!needingReenrollment), .int(Int64(limit))])
    return try speakers(rows, epoch: collection.epoch)
  }

  /// One row for every utterance, those of a person together; `$2` is the epoch.
  private static func statement(_ people: String) -> String {
    """
    SELECT s.speaker_key, s.speaker_id, s.display_name, s.labels, s.created_at, s.updated_at,
      u.utterance_id, u.report, u.created_at,
      EXISTS (SELECT FROM utterance_audio a WHERE a.utterance_id = u.utterance_id),
      EXISTS (SELECT FROM templates t WHERE t.speaker_key = s.speaker_key AND t.epoch_id = $2)
    FROM (\(people)) s JOIN utterances u USING (speaker_key)
    ORDER BY s.speaker_id, u.ordinal
    """
  }

  private static func speakers(_ rows: PostgresResult, epoch: EpochName) throws -> [Speaker] {
    var speakers: [Speaker] = []
    var lastKey: Int64?
    for row in rows {
      let key = try row.int(0)
      if key != lastKey { speakers.append(try speaker(row, epoch: epoch)) }
      lastKey = key
      let utterance = Utterance(
        id: try row.text(6), report: try StoredJSON.decode(AudioReport.self, row.json(7)),
        createTime: Timestamp(microseconds: try row.timestamp(8)), hasAudio: try row.bool(9))
      speakers[speakers.count - 1].utterances.append(utterance)
    }
    return speakers
  }

  private static func speaker(_ row: PostgresRow, epoch: EpochName) throws -> Speaker {
    Speaker(
      id: try SpeakerID(row.text(1)), displayName: try row.text(2),
      labels: try StoredJSON.decode([String: String].self, row.json(3)), utterances: [], epoch: epoch,
      createTime: Timestamp(microseconds: try row.timestamp(4)),
      updateTime: Timestamp(microseconds: try row.timestamp(5)), needsReenrollment: try !row.bool(10))
  }
}
