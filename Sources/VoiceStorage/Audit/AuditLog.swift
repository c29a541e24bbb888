internal import Logging
internal import VoicePostgres
internal import VoiceRecognition

/// Appends to the audit log.
struct AuditLog: Sendable {
  /// The program that writes.
  let program: String

  /// Who asks for what is being done; the program, for what it does by itself.
  var caller: Caller { Caller.current ?? Caller(program) }

  /// Appends a row. Call it last in the transaction: from here to the commit, other writers of the log wait.
  func append(_ entry: AuditEntry, _ connection: isolated PostgresConnection) throws {
    guard entry.isWorthARow else { return }
    try append(entry, by: caller, connection)
  }

  func append(_ entry: AuditEntry, by caller: Caller, _ connection: isolated PostgresConnection) throws {
    try connection.query(
      """
      INSERT INTO audit (caller, tenant, program, action, collection, person, object, calls, outcome)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      """,
      [
        .text(caller.name), .text(caller.tenant), .text(program), .text(entry.action.rawValue),
        .text(entry.collection), .text(entry.person), .text(entry.object), .int(Int64(entry.count)),
        .text(entry.outcome),
      ])
  }

  /// Whether a refusal says something of who asked, rather than of how the machines are.
  static func isWorthARow(_ error: RecognitionError) -> Bool {
    switch error.code {
    case .unavailable, .cancelled, .aborted, .deadlineExceeded, .resourceExhausted: false
    default: true
    }
  }

  /// The random name of a person; nil for nobody there.
  static func person(
    _ id: SpeakerID, in collection: CollectionName, _ connection: isolated PostgresConnection
  ) throws -> String? {
    try connection.query(
      """
      SELECT s.erasure_id FROM speakers s JOIN collections c USING (collection_id)
      WHERE c.name = $1 AND s.speaker_id = $2
      """, [.text(collection.value), .text(id.value)]
    ).first?.text(0)
  }
}

extension RegistryDatabase {
  /// Runs a transaction that changes something and writes it into the audit log, or into neither; `body` fills in what
  /// is known only then. What is refused is written down too.
  func change<Result: Sendable>(
    _ entry: AuditEntry, _ body: @Sendable (isolated PostgresConnection, inout AuditEntry) throws -> Result
  ) async throws(RecognitionError) -> Result {
    try await auditing(entry) { () throws(RecognitionError) in
      try await write { [audit] connection in
        var entry = entry
        let result = try body(connection, &entry)
        try audit.append(entry, connection)
        return result
      }
    }
  }

  /// The same for what erases something: see `erase`.
  func erase<Result: Sendable>(
    _ entry: AuditEntry, _ body: @Sendable (isolated PostgresConnection, inout AuditEntry) throws -> Result
  ) async throws(RecognitionError) -> Result {
    try await auditing(entry) { () throws(RecognitionError) in
      try await erase { [audit] connection in
        var entry = entry
        let result = try body(connection, &entry)
        try audit.append(entry, connection)
        return result
      }
    }
  }

  /// Writes something that changed nothing in the database into the audit log.
  func note(_ entry: AuditEntry) async throws(RecognitionError) {
    try await write { [audit] in try audit.append(entry, $0) }
  }

  private func auditing<Result: Sendable>(
    _ entry: AuditEntry, _ body: () async throws(RecognitionError) -> Result
  ) async throws(RecognitionError) -> Result {
    do { return try await body() } catch {
      if AuditLog.isWorthARow(error) {
        var refused = entry
        refused.outcome = error.reason
        // Nothing was changed, and why it was refused is what the caller needs to know.
        do { try await note(refused) } catch { logger.warning("a refusal is missing from the audit log: \(error)") }
      }
      throw error
    }
  }
}
