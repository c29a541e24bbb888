internal import VoicePostgres
package import VoiceRecognition

/// What operators do with seals while everything serves. Each works in short transactions and can be interrupted: the
/// same call goes on where it was.
package struct VaultMaintenance: Sendable {
  /// Tells how many people are done, of how many at the least.
  package typealias Progress = @Sendable (_ done: Int, _ total: Int) -> Void

  let database: RegistryDatabase
  let vault: Vault

  /// What is sealed, and how.
  package func status() async throws(RecognitionError) -> VaultStatus {
    try await database.readSnapshot { try VaultStatus.read($0) }
  }

  /// Seals everything that is plain, of `batch` people at a time; gives how many voiceprints that were.
  ///
  /// Throws `failedPrecondition` without a key.
  package func seal(batch: Int = 200, _ progress: Progress = { _, _ in }) async throws(RecognitionError) -> Int {
    let sealing = VaultSealing(vault: Vault(ring: try vault.requireRing(), sealing: .new))
    let total = try await count("FROM (\(VaultSealing.pending)) p", [.int(0), .int(.max)])
    var (sealed, done, last) = (0, 0, Int64(0))
    while true {
      let from = last
      let people = try await database.read { connection in
        try connection.query(VaultSealing.pending, [.int(from), .int(Int64(batch))]).map { try $0.int(0) }
      }
      guard let end = people.last else {
        try await note(.seal, sealed)
        return sealed
      }
      sealed += try await database.write { try sealing.seal(people, $0) }
      (done, last) = (done + people.count, end)
      progress(done, max(done, total))
    }
  }

  /// Goes over to the first key of the ring: from now on every new key is wrapped with it, and all others are wrapped
  /// anew, `batch` at a time. When it returns, the other keys are of no more use. Gives how many were wrapped anew.
  ///
  /// Throws `failedPrecondition` without a key and when the ring lacks one that is still in use.
  package func rotate(batch: Int = 500, _ progress: Progress = { _, _ in }) async throws(RecognitionError) -> Int {
    let ring = try vault.requireRing()
    let target = ring.first
    try await goOver(to: target)
    let isOld = "k.service_key_id <> $1"
    let total = try await count("FROM speaker_secrets k WHERE \(isOld)", [.text(target.id)])
    var (done, last) = (0, Int64(0))
    while true {
      let from = last
      let (count, end) = try await database.write { connection in
        let rows = try WrappedRows(
          connection.query(
            """
            \(WrappedRows.select) WHERE \(isOld) AND k.speaker_key > $2
            ORDER BY k.speaker_key LIMIT $3 FOR UPDATE OF k
            """, [.text(target.id), .int(from), .int(Int64(batch))]))
        try rows.wrapAnew(ring, { _ in target }, nil, connection)
        return (rows.count, rows.last)
      }
      guard let end else {
        try await note(.rotate, done, target.id)
        return done
      }
      (done, last) = (done + count, end)
      progress(done, max(done, total))
    }
  }

  /// Waits for everyone who is wrapping a key: whoever comes later sees the new one.
  private func goOver(to key: ServiceKey) async throws(RecognitionError) {
    _ = try await database.write { connection in
      try connection.query("SELECT pg_advisory_xact_lock\(Vault.gate)::text")
      try connection.query("UPDATE vault SET current_key = $1", [.text(key.id)])
    }
  }

  private func note(_ action: AuditAction, _ count: Int, _ key: String = "") async throws(RecognitionError) {
    var entry = AuditEntry(action, object: key)
    entry.count = count
    try await database.note(entry)
  }

  private func count(_ source: String, _ parameters: [PostgresValue]) async throws(RecognitionError) -> Int {
    try await database.read { Int(try $0.query("SELECT count(*) \(source)", parameters)[0].int(0)) }
  }
}
