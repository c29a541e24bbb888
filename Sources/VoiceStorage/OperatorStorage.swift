package import Logging
package import VoicePostgres
package import VoiceRecognition

/// What operators do on the database itself, beside the services that run.
package struct OperatorStorage: Sendable {
  /// Seals and rotation of keys.
  package let vault: VaultMaintenance
  /// The keys of those who call the gateway.
  package let keys: AccessKeyStore

  private let database: RegistryDatabase

  /// Works on the database that `options` names, with the service's keys if there are any.
  package init(_ options: PostgresOptions, keys: KeyRing?, logger: Logger) {
    let pool = PostgresPool(options, size: 2, logger: logger)
    database = RegistryDatabase(pool: pool, keptChanges: 100_000, logger: logger)
    self.keys = AccessKeyStore(database: database)
    vault = VaultMaintenance(database: database, vault: Vault(ring: keys))
  }

  /// Closes all connections.
  package func close() async throws(RecognitionError) {
    do { try await database.close() } catch { throw StorageError.domain(error) }
  }
}
