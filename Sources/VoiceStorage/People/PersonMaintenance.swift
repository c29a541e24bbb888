internal import VoicePostgres
package import VoiceRecognition

/// That somebody was erased, for whoever asked for it.
package struct ErasureReceipt: Sendable, Hashable {
  /// What chance had named the person, in the audit log and the ledger.
  package let name: String
  /// How many utterances went.
  package let utterances: Int
  /// The erasure's number in the database and in its ledgers.
  package let number: Int64
  /// Which database, with all its copies.
  package let lineage: String
  /// When, as PostgreSQL writes it in UTC.
  package let time: String
  /// The ledger that it is written in; nil where none was named.
  package let ledger: String?
  /// The audit log's row of it.
  package let auditRow: AuditAnchor
}

/// What operators do with the data of one person, beside the services that run.
package struct PersonMaintenance: Sendable {
  let database: RegistryDatabase
  let vault: Vault
  let ledger: ErasureLedger?

  /// Everything that is held about a person, but for the recordings; the audit log has it that it was read.
  ///
  /// Throws `notFound`, and `failedPrecondition` without the keys that it was sealed with.
  package func export(
    _ speaker: SpeakerID, in collection: CollectionName
  ) async throws(RecognitionError) -> PersonalData {
    let rows = PersonalDataRows(speaker: speaker, collection: collection, vault: vault)
    _ = try await database.change(AuditEntry(.exportPerson, collection: collection)) { connection, entry in
      guard let name = try AuditLog.person(speaker, in: collection, connection) else {
        throw RecognitionError.missing("speaker", speaker.value)
      }
      entry.person = name
    }
    return try await database.readSnapshot { try rows.read($0) }
  }

  /// The same without a row in the audit log: what a check of an erasure compares with.
  package func voiceprints(
    of speaker: SpeakerID, in collection: CollectionName
  ) async throws(RecognitionError) -> PersonalData {
    let rows = PersonalDataRows(speaker: speaker, collection: collection, vault: vault)
    return try await database.readSnapshot { try rows.read($0) }
  }

  /// A recording that was kept; nil when there is none. Throws what opening it throws.
  package func recording(of utterance: String) async throws(RecognitionError) -> Recording? {
    try await database.read { [vault] in try AudioVault(vault: vault).recording(of: utterance, $0) }
  }

  /// Erases a person with the key of all that was sealed, writes it into the ledger, and looks whether anything
  /// is left.
  ///
  /// Throws `notFound`; `unavailable` when it was erased and could not be written down, so that it has to be tried
  /// again; `internal` (`ERASURE_INCOMPLETE`) when a table still has something.
  package func erase(
    _ speaker: SpeakerID, in collection: CollectionName
  ) async throws(RecognitionError) -> ErasureReceipt {
    let (key, name, utterances) = try await database.erasePerson(speaker, in: collection, as: .erasePerson)
    return try await database.read { [ledger] connection in
      for table in ["speakers", "utterances", "templates", "speaker_secrets", "enrolment_requests"] {
        let left = try connection.query("SELECT FROM \(table) WHERE speaker_key = $1 LIMIT 1", [.int(key)])
        guard left.isEmpty else {
          throw RecognitionError(
            .internal, reason: "ERASURE_INCOMPLETE", "the person is gone, but table '\(table)' still has something")
        }
      }
      let erased = try Erasure(
        connection.query("SELECT \(Erasure.columns) FROM erasures e WHERE e.erased_id = $1", [.text(name)])[0],
        lineage: ErasureKeeper.lineage(connection))
      let row = try connection.query(
        "SELECT sequence, hash FROM audit WHERE person = $1 ORDER BY sequence DESC LIMIT 1", [.text(name)])[0]
      return ErasureReceipt(
        name: name, utterances: utterances, number: erased.number, lineage: erased.lineage, time: erased.time,
        ledger: ledger?.path, auditRow: AuditAnchor(sequence: try row.int(0), hash: try row.text(1)))
    }
  }
}
