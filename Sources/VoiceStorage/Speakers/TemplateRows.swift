internal import VoicePostgres
internal import VoiceRecognition

/// The templates that searches compare with: of each epoch, the template of all voiceprints that a person has of it.
///
/// Whoever adds or removes voiceprints makes the template anew in the same transaction, with the person's row locked.
enum TemplateRows {
  /// Makes a person's template of an epoch; without voiceprints there is none.
  static func remake(
    of person: PersonVault, epoch: Int64, _ name: EpochName, _ connection: isolated PostgresConnection
  ) throws {
    let speaker = person.speaker
    let rows = try connection.query(
      """
      SELECT v.embedding, u.utterance_id FROM utterances u JOIN utterance_embeddings v USING (utterance_id)
      WHERE u.speaker_key = $1 AND v.epoch_id = $2 ORDER BY u.ordinal
      """, [.int(speaker), .int(epoch)])
    let singles = try rows.map { row in
      let place = VoiceprintPlace.utterance(try row.text(1), speaker: speaker, epoch: epoch)
      return Voiceprint(values: try person.values(row, 0, place), epoch: name)
    }
    if singles.isEmpty {
      try connection.query(
        "DELETE FROM templates WHERE speaker_key = $1 AND epoch_id = $2", [.int(speaker), .int(epoch)])
      return
    }
    try connection.query(
      """
      INSERT INTO templates (speaker_key, epoch_id, template) VALUES ($1, $2, $3)
      ON CONFLICT (speaker_key, epoch_id) DO UPDATE SET template = excluded.template
      """,
      [
        .int(speaker), .int(epoch),
        try person.stored(Template.make(of: singles).values, .template(speaker: speaker, epoch: epoch)),
      ])
  }

  /// Makes a person's templates of all epochs that there are templates of.
  static func remakeAll(of person: PersonVault, _ connection: isolated PostgresConnection) throws {
    let epochs = try connection.query(
      "SELECT epoch_id, e.name FROM templates t JOIN epochs e USING (epoch_id) WHERE t.speaker_key = $1",
      [.int(person.speaker)])
    for row in epochs {
      try remake(of: person, epoch: row.int(0), EpochName(row.text(1)), connection)
    }
  }
}
