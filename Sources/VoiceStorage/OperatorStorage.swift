package import Logging
package import VoicePostgres
package import VoiceRecognition

/// What operators do on the database itself, beside the services that run.
package struct OperatorStorage: Sendable {
  /// Seals and rotation of keys.
  package let vault: VaultMaintenance
  /// The keys of those who call the gateway.
  package let keys: AccessKeyStore
  /// What was done, by whom.
  package let audit: AuditReader
  /// The data of one person.
  package let people: PersonMaintenance

  private let database: RegistryDatabase

  /// Works on the database that `options` names, with the service's keys if there are any; what is erased is written
  /// into the `ledger`.
  package init(_ options: PostgresOptions, keys: KeyRing?, ledger: ErasureLedger? = nil, logger: Logger) {
    let pool = PostgresPool(options, size: 2, logger: logger)
    database = RegistryDatabase(
      pool: pool, program: options.applicationName, keptChanges: 100_000,
      keeper: ErasureKeeper(ledger: ledger, vault: Vault(ring: keys)), logger: logger)
    audit = AuditReader(database: database)
    people = PersonMaintenance(database: database, vault: Vault(ring: keys), ledger: ledger)
    self.keys = AccessKeyStore(database: database)
    vault = VaultMaintenance(database: database, vault: Vault(ring: keys))
  }

  /// Writes into the audit log that the database was saved, into a file of a checksum.
  package func noteBackup(_ sum: String) async throws(RecognitionError) {
    try await database.note(AuditEntry(.backUp, object: sum))
  }

  /// Makes a database that was just restored, from a file of a checksum, fit to serve: the schema is brought up to
  /// date, what the ledger names is erased again, and no gallery in memory is taken for this database's any more.
  ///
  /// Throws `failedPrecondition` for a ledger of another database, or one that lacks erasures.
  package func finishRestore(of sum: String) async throws(RecognitionError) {
    try await database.prepare()
    try await database.change(AuditEntry(.restore, object: sum)) { connection, _ in
      _ = try connection.query("UPDATE change_counter SET incarnation = gen_random_uuid()::text")
    }
  }

  /// Closes all connections.
  package func close() async throws(RecognitionError) {
    do { try await database.close() } catch { throw StorageError.domain(error) }
  }
}
