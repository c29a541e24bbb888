internal import VoicePostgres
internal import VoiceRecognition

/// The templates that searches compare with.
enum TemplateRows {
  /// Makes a person's template of all utterances of the collection's epoch.
  static func remake(speaker: Int64, collection: CollectionRow, _ connection: isolated PostgresConnection) throws {
    let rows = try connection.query(
      "SELECT embedding FROM utterances WHERE speaker_key = $1 AND epoch_id = $2 ORDER BY ordinal",
      [.int(speaker), .int(collection.epochID)])
    let singles = try rows.map { Voiceprint(values: try $0.floatBytes(0), epoch: collection.epoch) }
    try connection.query(
      """
      INSERT INTO templates (speaker_key, epoch_id, template) VALUES ($1, $2, $3)
      ON CONFLICT (speaker_key, epoch_id) DO UPDATE SET template = excluded.template
      """,
      [.int(speaker), .int(collection.epochID), .floatBytes(try Template.make(of: singles).values)])
  }
}
