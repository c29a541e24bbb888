internal import VoiceConcurrency
internal import VoicePostgres
package import VoiceRecognition

/// The registry of people on PostgreSQL, searched in memory.
package struct SpeakerStore: Sendable {
  let database: RegistryDatabase
  let galleries: GalleryShelf
  let compute: ComputePool
  let vault: Vault
  let calls: CallAudit
}

extension SpeakerStore: SpeakerRegistry {
  /// Makes an empty collection, in one transaction with telling everyone that the epoch is in use.
  package func createCollection(
    _ name: CollectionName, epoch: EpochName?, retainAudio: AudioRetention = .none
  ) async throws(RecognitionError) -> SpeakerCollection {
    if retainAudio == .encrypted { _ = try vault.requireRing() }
    return try await database.change(AuditEntry(.createCollection, collection: name)) { connection, _ in
      let epochID = try EpochRows.identifier(epoch, connection)
      let made = try connection.query(
        "INSERT INTO collections (name, epoch_id, retain_audio) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
        [.text(name.value), .int(epochID), .text(retainAudio.rawValue)])
      guard made.affectedRows == 1 else {
        throw RecognitionError(
          .alreadyExists, reason: "COLLECTION_EXISTS", "there is a collection '\(name)' already", field: "collection")
      }
      try ChangeLog.notifyEpochs(connection)
      return try CollectionRow.find(name, connection).collection
    }
  }

  /// One collection, read from the database.
  package func collection(_ name: CollectionName) async throws(RecognitionError) -> SpeakerCollection {
    try await database.read { try CollectionRow.find(name, $0).collection }
  }

  /// Collections by the bytes of their names.
  package func collections(_ page: PageRequest) async throws(RecognitionError) -> Page<SpeakerCollection> {
    try await collections(page, ofTenant: nil)
  }

  /// Collections by the bytes of their names: all, or those of a tenant, or those of nobody for an empty name.
  package func collections(
    _ page: PageRequest, ofTenant tenant: String?
  ) async throws(RecognitionError) -> Page<SpeakerCollection> {
    let token = try PageToken(page.token, of: .collections)
    let found = try await database.read { connection in
      try connection.query(
        """
        \(CollectionRow.select) WHERE c.name > $1 AND ($3::text IS NULL OR \(AccessKeyStore.ofTenant("$3", "c.name")))
        ORDER BY c.name LIMIT $2
        """, [.text(token.last), .int(Int64(page.size + 1)), .text(tenant)]
      ).map { try CollectionRow($0).collection }
    }
    return PageToken.page(found, page, of: .collections) { $0.name.value }
  }

  /// Deletes a collection; it waits for enrolments that are under way.
  package func deleteCollection(_ name: CollectionName) async throws(RecognitionError) -> Int {
    let entry = AuditEntry(.deleteCollection, collection: name)
    return try await database.erase(entry) { [changes = database.changes] connection, entry in
      let collection = try CollectionRow.find(name, lock: .remove, connection)
      try connection.query("DELETE FROM collections WHERE collection_id = $1", [.int(collection.id)])
      try ChangeLog.notifyEpochs(connection)
      try changes.append(collection: collection.id, speaker: nil, connection)
      entry.count = max(1, collection.speakerCount)
      return collection.speakerCount
    }
  }

  /// Enrols in one transaction. A request id that was used for another person is `alreadyExists`; a person's stored
  /// answers go with the person, so that the id is free again after a deletion.
  @discardableResult
  package func enroll(_ enrolment: Enrolment) async throws(RecognitionError) -> EnrolmentResult {
    let transaction = EnrolmentTransaction(enrolment: enrolment, changes: database.changes, vault: vault)
    let entry = AuditEntry(.enroll, collection: enrolment.collection)
    return try await database.change(entry) { try transaction.run(&$1, $0) }
  }

  /// One person with all utterances.
  package func speaker(
    _ id: SpeakerID, in collection: CollectionName
  ) async throws(RecognitionError) -> Speaker {
    try await calls.call(.readPerson, in: collection, of: id) { () throws(RecognitionError) in
      try await database.read { connection in
        try SpeakerRows.find(id, in: try CollectionRow.find(collection, connection), connection)
      }
    }
  }

  /// People by the bytes of their identifiers: all, or those without a template of the collection's epoch.
  package func speakers(
    in collection: CollectionName, _ page: PageRequest, needingReenrollment: Bool = false
  ) async throws(RecognitionError) -> Page<Speaker> {
    let token = try PageToken(page.token, of: .speakers)
    let found = try await calls.call(.listPeople, in: collection) { () throws(RecognitionError) in
      try await database.read { connection in
        let collection = try CollectionRow.find(collection, connection)
        return try SpeakerRows.after(
          token.last, limit: page.size + 1, in: collection, needingReenrollment: needingReenrollment, connection)
      }
    }
    return PageToken.page(found, page, of: .speakers) { $0.id.value }
  }
}
