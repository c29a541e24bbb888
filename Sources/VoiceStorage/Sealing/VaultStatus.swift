internal import VoicePostgres

/// What of a database is sealed, and under which of the service's keys.
package struct VaultStatus: Sendable, Hashable {
  /// The key that data keys are wrapped with; nil before the first.
  package var currentKey: String?
  /// How many people's keys are wrapped by each of the service's keys.
  package var peopleByKey: [String: Int]
  /// People's keys that are bound to the number of the row alone.
  package var looselyBound: Int
  /// Templates and voiceprints of utterances that are sealed.
  package var sealed: Int
  /// Those that are not.
  package var plain: Int
  /// Recordings, which are always sealed.
  package var recordings: Int

  static func read(_ connection: isolated PostgresConnection) throws -> VaultStatus {
    let counts = try connection.query(
      """
      SELECT (SELECT current_key FROM vault),
        (SELECT count(*) FROM speaker_secrets WHERE binding = \(WrappedKey.Binding.row.rawValue)),
        t.all + v.all - t.plain - v.plain, t.plain + v.plain, (SELECT count(*) FROM utterance_audio)
      FROM (SELECT count(*) AS all, count(*) FILTER (WHERE \(StoredVoiceprint.isPlain("template"))) AS plain
          FROM templates) t,
        (SELECT count(*) AS all, count(*) FILTER (WHERE \(StoredVoiceprint.isPlain("embedding"))) AS plain
          FROM utterance_embeddings) v
      """)[0]
    let keys = try connection.query("SELECT service_key_id, count(*) FROM speaker_secrets GROUP BY 1").map {
      (try $0.text(0), Int(try $0.int(1)))
    }
    return VaultStatus(
      currentKey: try counts.optionalText(0), peopleByKey: Dictionary(uniqueKeysWithValues: keys),
      looselyBound: Int(try counts.int(1)), sealed: Int(try counts.int(2)), plain: Int(try counts.int(3)),
      recordings: Int(try counts.int(4)))
  }
}
