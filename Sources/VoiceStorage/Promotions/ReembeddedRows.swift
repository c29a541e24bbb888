internal import VoicePostgres
internal import VoiceRecognition

/// Voiceprints of the new epoch that are written together with the templates that they change.
struct ReembeddedRows: Sendable {
  let row: PromotionRow
  let voiceprints: [ReembeddedUtterance]
  let vault: Vault

  /// Gives the number of voiceprints that were new. People are locked in the order of their numbers, so that two
  /// writers never wait for each other.
  func write(_ connection: isolated PostgresConnection) throws -> Int {
    let size = try connection.query(
      "SELECT embedding_size FROM epochs WHERE epoch_id = $1", [.int(row.toEpochID)])[0].int(0)
    var people: [Int64: [ReembeddedUtterance]] = [:]
    for voiceprint in voiceprints {
      guard voiceprint.voiceprint.epoch == row.promotion.plan.toEpoch else {
        throw RecognitionError.epochMismatch(
          expected: row.promotion.plan.toEpoch, actual: voiceprint.voiceprint.epoch)
      }
      guard voiceprint.voiceprint.values.count == size else {
        throw RecognitionError.invalid(
          "embedding", "has \(voiceprint.voiceprint.values.count) values instead of \(size)", reason: "BAD_EMBEDDING")
      }
      if let key = try speaker(of: voiceprint.utterance, connection) { people[key, default: []].append(voiceprint) }
    }
    return try people.sorted { $0.key < $1.key }.reduce(0) { count, person in
      try count + write(person.value, of: person.key, connection)
    }
  }

  private func speaker(of utterance: String, _ connection: isolated PostgresConnection) throws -> Int64? {
    try connection.query(
      """
      SELECT s.speaker_key FROM utterances u JOIN speakers s USING (speaker_key)
      WHERE u.utterance_id = $1 AND s.collection_id = $2
      """, [.text(utterance), .int(row.collectionID)]
    ).first?.int(0)
  }

  /// What was deleted before the lock was granted is left out.
  private func write(
    _ voiceprints: [ReembeddedUtterance], of speaker: Int64, _ connection: isolated PostgresConnection
  ) throws -> Int {
    let alive = try connection.query("SELECT 1 FROM speakers WHERE speaker_key = $1 FOR UPDATE", [.int(speaker)])
    if alive.isEmpty { return 0 }
    let person = try vault.person(speaker, makesKey: vault.sealsVoiceprints, connection)
    var count = 0
    for item in voiceprints {
      let place = VoiceprintPlace.utterance(item.utterance, speaker: speaker, epoch: row.toEpochID)
      count += try connection.query(
        """
        INSERT INTO utterance_embeddings (utterance_id, epoch_id, embedding)
        SELECT utterance_id, $2, $3 FROM utterances WHERE utterance_id = $1 ON CONFLICT DO NOTHING
        """, [.text(item.utterance), .int(row.toEpochID), try person.stored(item.voiceprint.normalised(), place)]
      ).affectedRows
    }
    try TemplateRows.remake(of: person, epoch: row.toEpochID, row.promotion.plan.toEpoch, connection)
    return count
  }
}
