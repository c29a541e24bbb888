package import Logging
package import VoicePostgres
package import VoiceRecognition

/// What operators do on the database itself, beside the services that run.
package struct OperatorStorage: Sendable {
  /// Seals and rotation of keys.
  package let vault: VaultMaintenance
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
    vault = VaultMaintenance(database: database, vault: Vault(ring: keys))
  }

  /// Closes all connections.
  package func close() async throws(RecognitionError) {
    do { try await database.close() } catch { throw StorageError.domain(error) }
  }
}
