internal import VoicePostgres
package import VoiceRecognition

extension SpeakerStore {
  /// Deletes a person with the key of all that was sealed; no search that begins after the return finds the person, on
  /// any replica, and no database that was restored from before does.
  package func deleteSpeaker(
    _ id: SpeakerID, in collection: CollectionName
  ) async throws(RecognitionError) -> Int {
    try await database.erasePerson(id, in: collection, as: .deletePerson).utterances
  }

  /// Deletes an utterance and makes the templates of the others.
  package func deleteUtterance(
    _ utterance: String, of speaker: SpeakerID, in collection: CollectionName
  ) async throws(RecognitionError) -> Speaker? {
    // No identifier of ours holds U+0000, which PostgreSQL does not take.
    guard !utterance.utf8.contains(0) else { throw .missing("utterance", utterance) }
    let entry = AuditEntry(.deleteUtterance, collection: collection, object: utterance)
    return try await database.erase(entry) { [changes = database.changes, vault] connection, entry in
      let collection = try CollectionRow.find(collection, lock: .keep, connection)
      let (key, name, count) = try PersonRemoval.lock(speaker, in: collection, connection)
      entry.person = name
      let deleted = try connection.query(
        "DELETE FROM utterances WHERE speaker_key = $1 AND utterance_id = $2", [.int(key), .text(utterance)])
      guard deleted.affectedRows == 1 else { throw RecognitionError.missing("utterance", utterance) }
      let isLast = count == 1
      if isLast {
        try PersonRemoval.remove(key, from: collection, connection)
      } else {
        let person = try vault.person(key, makesKey: vault.sealsVoiceprints, connection)
        try TemplateRows.remakeAll(of: person, connection)
        try connection.query(
          "UPDATE speakers SET updated_at = clock_timestamp() WHERE speaker_key = $1", [.int(key)])
      }
      let rest = isLast ? nil : try SpeakerRows.find(speaker, in: collection, connection)
      try changes.append(collection: collection.id, speaker: key, connection)
      return rest
    }
  }
}

extension RegistryDatabase {
  /// Erases a person in one transaction, and writes it into audit log and ledger. Throws `notFound`.
  func erasePerson(
    _ id: SpeakerID, in collection: CollectionName, as action: AuditAction
  ) async throws(RecognitionError) -> (key: Int64, name: String, utterances: Int) {
    try await erase(AuditEntry(action, collection: collection)) { [changes] connection, entry in
      let collection = try CollectionRow.find(collection, lock: .keep, connection)
      let person = try PersonRemoval.lock(id, in: collection, connection)
      (entry.person, entry.count) = (person.name, max(1, person.utterances))
      try PersonRemoval.remove(person.key, from: collection, connection)
      try changes.append(collection: collection.id, speaker: person.key, connection)
      return person
    }
  }
}

/// The steps of removing a person.
private enum PersonRemoval {
  /// Locks a person against other changes; gives the random name and the number of utterances. Throws `notFound`.
  static func lock(
    _ id: SpeakerID, in collection: CollectionRow, _ connection: isolated PostgresConnection
  ) throws -> (key: Int64, name: String, utterances: Int) {
    let found = try connection.query(
      "SELECT speaker_key, erasure_id FROM speakers WHERE collection_id = $1 AND speaker_id = $2 FOR UPDATE",
      [.int(collection.id), .text(id.value)])
    guard let row = found.first else { throw RecognitionError.missing("speaker", id.value) }
    let (key, name) = (try row.int(0), try row.text(1))
    // Counted after the lock was granted: an enrolment may have been going on before.
    let count = try connection.query("SELECT count(*) FROM utterances WHERE speaker_key = $1", [.int(key)])[0].int(0)
    return (key, name, Int(count))
  }

  static func remove(
    _ key: Int64, from collection: CollectionRow, _ connection: isolated PostgresConnection
  ) throws {
    try connection.query("DELETE FROM speakers WHERE speaker_key = $1", [.int(key)])
    try connection.query(
      "UPDATE collections SET speaker_count = speaker_count - 1 WHERE collection_id = $1", [.int(collection.id)])
  }
}
