internal import VoicePostgres
package import VoiceRecognition

/// Everything that is held about one person, but for the recordings themselves, which are read one by one.
package struct PersonalData: Sendable {
  /// A voiceprint as numbers.
  package struct Vector: Sendable {
    /// The epoch that it belongs to.
    package let epoch: EpochName
    /// The utterance that it was made of; nil for the template of all of them.
    package let utterance: String?
    /// Of length 1.
    package let values: [Float]
  }

  /// Profile and utterances.
  package let speaker: Speaker
  /// The collection.
  package let collection: CollectionName
  /// What chance has named the person, in the audit log and the erasure ledger.
  package let name: String
  /// Of all epochs.
  package let voiceprints: [Vector]
  /// Ids of the requests that enrolled the person lately, which are kept for a day.
  package let requests: [String]
  /// The rows of the audit log that are about the person.
  package let audit: [AuditRow]
}

/// Reads all that is held about a person, in a snapshot.
struct PersonalDataRows: Sendable {
  let speaker: SpeakerID
  let collection: CollectionName
  let vault: Vault

  /// Throws `notFound`, and `failedPrecondition` without the keys that voiceprints were sealed with.
  func read(_ connection: isolated PostgresConnection) throws -> PersonalData {
    let row = try CollectionRow.find(collection, connection)
    let found = try SpeakerRows.find(speaker, in: row, connection)
    let ids = try connection.query(
      "SELECT speaker_key, erasure_id FROM speakers WHERE collection_id = $1 AND speaker_id = $2",
      [.int(row.id), .text(speaker.value)])[0]
    let (key, name) = (try ids.int(0), try ids.text(1))
    let requests = try connection.query(
      "SELECT request_id FROM enrolment_requests WHERE speaker_key = $1 ORDER BY created_at", [.int(key)])
    let audit = try connection.query(
      "SELECT \(AuditRow.columns) FROM audit a WHERE a.person = $1 ORDER BY a.sequence", [.text(name)])
    return PersonalData(
      speaker: found, collection: collection, name: name, voiceprints: try voiceprints(key, connection),
      requests: try requests.map { try $0.text(0) },
      audit: try audit.map { try AuditRow($0, speaker: speaker.value) })
  }

  private func voiceprints(
    _ key: Int64, _ connection: isolated PostgresConnection
  ) throws -> [PersonalData.Vector] {
    let person = try vault.person(key, makesKey: false, connection)
    let templates = try connection.query(
      """
      SELECT t.template, t.epoch_id, e.name FROM templates t JOIN epochs e USING (epoch_id)
      WHERE t.speaker_key = $1 ORDER BY t.epoch_id
      """, [.int(key)]
    ).map { row in
      PersonalData.Vector(
        epoch: try EpochName(row.text(2)), utterance: nil,
        values: try person.values(row, 0, .template(speaker: key, epoch: row.int(1))))
    }
    let singles = try connection.query(
      """
      SELECT v.embedding, v.epoch_id, e.name, u.utterance_id FROM utterances u
      JOIN utterance_embeddings v USING (utterance_id) JOIN epochs e ON e.epoch_id = v.epoch_id
      WHERE u.speaker_key = $1 ORDER BY u.ordinal, v.epoch_id
      """, [.int(key)]
    ).map { row in
      let place = VoiceprintPlace.utterance(try row.text(3), speaker: key, epoch: try row.int(1))
      return PersonalData.Vector(
        epoch: try EpochName(row.text(2)), utterance: try row.text(3), values: try person.values(row, 0, place))
    }
    return templates + singles
  }
}
