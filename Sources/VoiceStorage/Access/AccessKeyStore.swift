internal import VoicePostgres
package import VoiceRecognition

/// The keys of those who call the gateway, on PostgreSQL. All methods throw `RecognitionError`.
package struct AccessKeyStore: Sendable {
  let database: RegistryDatabase

  /// A key by its id, with how many people are in all collections of its tenant. Throws `notFound`.
  package func find(_ id: String) async throws(RecognitionError) -> (key: AccessKey, speakers: Int) {
    try await database.readSnapshot { connection in
      let found = try connection.query("\(AccessKeyRows.select) WHERE key_id = $1", [.text(id)])
      guard let row = found.first else { throw RecognitionError.missing("key", id) }
      let key = try AccessKeyRows.key(row)
      let counted = try connection.query(
        "SELECT coalesce(sum(speaker_count), 0)::bigint FROM collections WHERE \(Self.ofTenant("$1"))",
        [.text(key.tenant?.value ?? "")])
      return (key, Int(try counted[0].int(0)))
    }
  }

  /// All keys, those that were revoked too, the oldest first.
  package func keys() async throws(RecognitionError) -> [AccessKey] {
    try await database.read { connection in
      try connection.query("\(AccessKeyRows.select) ORDER BY created_at, key_id").map { try AccessKeyRows.key($0) }
    }
  }

  /// Keeps a new key.
  package func add(_ key: AccessKey) async throws(RecognitionError) {
    try await database.write { connection in
      try connection.query(
        """
        INSERT INTO access_keys (key_id, name, tenant, scopes, salt, secret_hash, calls_per_second, call_burst,
          audio_seconds_per_hour, max_speakers, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """, AccessKeyRows.parameters(key))
    }
  }

  /// Ends a key for good; gives whether it was good until now. Throws `notFound`.
  package func revoke(_ id: String) async throws(RecognitionError) -> Bool {
    try await database.write { connection in
      let ended = try connection.query(
        "UPDATE access_keys SET revoked_at = now() WHERE key_id = $1 AND revoked_at IS NULL RETURNING 1", [.text(id)])
      if !ended.isEmpty { return true }
      guard try !connection.query("SELECT 1 FROM access_keys WHERE key_id = $1", [.text(id)]).isEmpty else {
        throw RecognitionError.missing("key", id)
      }
      return false
    }
  }

  /// Writes down that a key was used, unless that was done less than a minute ago.
  package func markUsed(_ id: String) async throws(RecognitionError) {
    try await database.write { connection in
      try connection.query(
        """
        UPDATE access_keys SET last_used_at = now()
        WHERE key_id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
        """, [.text(id)])
    }
  }

  /// The condition that a collection is of the tenant in a parameter, or of nobody when that is empty.
  static func ofTenant(_ parameter: String, _ name: String = "name") -> String {
    let separator = "U&'\\241F'"
    return """
      CASE WHEN \(parameter)::text = '' THEN position(\(separator) IN \(name)) = 0
      ELSE starts_with(\(name), \(parameter)::text || \(separator)) END
      """
  }
}
