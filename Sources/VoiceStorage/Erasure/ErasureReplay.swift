internal import VoicePostgres
internal import VoiceRecognition

/// What a replay erased.
package struct ErasureCounts: Sendable, Hashable {
  /// Collections with everyone in them.
  package var collections = 0
  /// People.
  package var speakers = 0
  /// Utterances of people who stayed.
  package var utterances = 0
}

/// Erases again, in a database that was restored, what a ledger says was erased since.
///
/// In one transaction, so that nothing of it ever answers; galleries in memory are of another database from then on.
struct ErasureReplay: Sendable {
  let entries: [Erasure]
  let vault: Vault

  func run(_ connection: isolated PostgresConnection) throws -> ErasureCounts {
    var counts = ErasureCounts()
    guard let last = entries.last else { return counts }
    // Or the triggers would give the erasures new numbers.
    try connection.query("SELECT set_config('voiceprint.replays_erasures', 'on', true)")
    counts.collections = try connection.query(
      "DELETE FROM collections WHERE erasure_id = ANY($1)", [ids(.collection)]).affectedRows
    counts.speakers = try removeSpeakers("erasure_id = ANY($1)", [ids(.speaker)], connection)
    counts.utterances = try removeUtterances(connection)
    try connection.query(
      """
      INSERT INTO erasures (sequence, kind, erased_id, erased_at)
      SELECT sequence, kind, id, at::timestamptz FROM unnest($1, $2, $3, $4) AS e (sequence, kind, id, at)
      """,
      [
        .ints(entries.map(\.number)), .texts(entries.map(\.kind.rawValue)), .texts(entries.map(\.id)),
        .texts(entries.map(\.time)),
      ])
    try connection.query("UPDATE erasure_counter SET last_erasure = $1", [.int(last.number)])
    try connection.query("UPDATE change_counter SET incarnation = gen_random_uuid()::text")
    return counts
  }

  private func ids(_ kind: Erasure.Kind) -> PostgresValue {
    .texts(entries.filter { $0.kind == kind }.map(\.id))
  }

  private func removeSpeakers(
    _ condition: String, _ parameters: [PostgresValue], _ connection: isolated PostgresConnection
  ) throws -> Int {
    let removed = try connection.query(
      "DELETE FROM speakers WHERE \(condition) RETURNING collection_id", parameters)
    let collections = try removed.map { try $0.int(0) }
    try connection.query(
      """
      UPDATE collections c SET speaker_count = speaker_count - n.people
      FROM (SELECT id, count(*) AS people FROM unnest($1) AS u (id) GROUP BY id) n WHERE c.collection_id = n.id
      """, [.ints(collections)])
    return collections.count
  }

  private func removeUtterances(_ connection: isolated PostgresConnection) throws -> Int {
    let removed = try connection.query(
      "DELETE FROM utterances WHERE utterance_id = ANY($1) RETURNING speaker_key", [ids(.utterance)])
    for speaker in Set(try removed.map { try $0.int(0) }).sorted() {
      let left = try connection.query("SELECT FROM utterances WHERE speaker_key = $1 LIMIT 1", [.int(speaker)])
      if left.isEmpty {
        _ = try removeSpeakers("speaker_key = $1", [.int(speaker)], connection)
      } else {
        try TemplateRows.remakeAll(
          of: vault.person(speaker, makesKey: vault.sealsVoiceprints, connection), connection)
      }
    }
    return removed.count
  }
}
