internal import VoicePostgres
internal import VoiceRecognition

/// What an epoch would mean for the people of a collection.
struct PromotionCounts: Sendable {
  /// Recordings that are kept.
  let recordings: Int
  /// How many of them have a voiceprint of the epoch.
  let embedded: Int
  /// People whom the epoch would not know: nothing of theirs has a voiceprint of it or a recording to make it of.
  let unknownSpeakers: Int

  /// People `s` of collection `$1` whom epoch `$2` would not know.
  static let unknown = """
    FROM speakers s WHERE s.collection_id = $1 AND NOT EXISTS (
      SELECT FROM utterances u WHERE u.speaker_key = s.speaker_key AND (
        EXISTS (SELECT FROM utterance_audio a WHERE a.utterance_id = u.utterance_id)
        OR EXISTS (SELECT FROM utterance_embeddings v WHERE v.utterance_id = u.utterance_id AND v.epoch_id = $2)))
    """

  /// Recordings of collection `$1` with the voiceprint `v` of epoch `$2`, if there is one.
  static let recordings = """
    FROM speakers s JOIN utterances u USING (speaker_key) JOIN utterance_audio a USING (utterance_id)
    LEFT JOIN utterance_embeddings v ON v.utterance_id = u.utterance_id AND v.epoch_id = $2
    WHERE s.collection_id = $1
    """

  static func read(
    collection: Int64, epoch: Int64, _ connection: isolated PostgresConnection
  ) throws -> PromotionCounts {
    let parameters: [PostgresValue] = [.int(collection), .int(epoch)]
    let kept = try connection.query("SELECT count(*), count(v.epoch_id) \(recordings)", parameters)[0]
    let unknown = try connection.query("SELECT count(*) \(unknown)", parameters)[0].int(0)
    return PromotionCounts(
      recordings: Int(try kept.int(0)), embedded: Int(try kept.int(1)), unknownSpeakers: Int(unknown))
  }

  /// Removes all voiceprints of an epoch that a collection neither has nor may go back to or over to.
  ///
  /// The collection must be locked against enrolments: they would make templates again of what is on its way out.
  static func removeVoiceprints(
    of epoch: Int64, in collection: Int64, _ connection: isolated PostgresConnection
  ) throws {
    let needed = try connection.query(
      """
      SELECT EXISTS (SELECT FROM collections WHERE collection_id = $1 AND epoch_id = $2) OR EXISTS (
        SELECT FROM promotions WHERE collection_id = $1 AND $2 IN (from_epoch, to_epoch)
          AND state IN ('STAGING', 'REEMBEDDING', 'FLIPPING', 'DRAINING'))
      """, [.int(collection), .int(epoch)])[0].bool(0)
    if needed { return }
    try connection.query(
      """
      DELETE FROM templates t USING speakers s
      WHERE s.collection_id = $1 AND t.speaker_key = s.speaker_key AND t.epoch_id = $2
      """, [.int(collection), .int(epoch)])
    try connection.query(
      """
      DELETE FROM utterance_embeddings v USING utterances u, speakers s
      WHERE s.collection_id = $1 AND u.speaker_key = s.speaker_key AND v.utterance_id = u.utterance_id
        AND v.epoch_id = $2
      """, [.int(collection), .int(epoch)])
  }
}
