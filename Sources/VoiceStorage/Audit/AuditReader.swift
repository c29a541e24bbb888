internal import VoicePostgres
package import VoiceRecognition

/// Which rows of the audit log are wanted; what is nil does not matter.
package struct AuditFilter: Sendable {
  /// Written at or after this time, in microseconds since 1970 in UTC.
  package var since: Int64?
  /// An action, or the beginning of actions up to a dot: `person`.
  package var action: String?
  /// A collection.
  package var collection: String?
  /// The random name of a person.
  package var person: String?

  /// Everything.
  package init() {}
}

/// Whether the audit log is what was written.
package enum AuditVerdict: Sendable, Hashable {
  /// All of it is, up to its end.
  case whole(AuditAnchor)
  /// It is not, from a row on; what is wrong there.
  case broken(sequence: Int64, String)
}

/// The audit log as operators read and check it.
package struct AuditReader: Sendable {
  private static let batch = 2000

  let database: RegistryDatabase

  /// The end of the log.
  package func anchor() async throws(RecognitionError) -> AuditAnchor {
    try await database.read { try Self.head($0) }
  }

  /// Gives rows in the order in which they were written, the last `limit` of them, to `body`.
  package func list(_ filter: AuditFilter, limit: Int = .max) async throws(RecognitionError) -> [AuditRow] {
    try await database.read { connection in
      try connection.query(
        """
        SELECT * FROM (
          SELECT \(AuditRow.columns), s.speaker_id FROM audit a LEFT JOIN speakers s ON s.erasure_id = a.person
          WHERE ($1::timestamptz IS NULL OR a.made_at >= $1)
            AND ($2::text IS NULL OR a.action = $2 OR starts_with(a.action, $2 || '.'))
            AND ($3::text IS NULL OR a.collection = $3) AND ($4::text IS NULL OR a.person = $4)
          ORDER BY a.sequence DESC LIMIT $5) r ORDER BY sequence
        """,
        [
          filter.since.map { .timestamp(microseconds: $0) } ?? .null, .text(filter.action), .text(filter.collection),
          .text(filter.person), .int(Int64(limit)),
        ]
      ).map { try AuditRow($0, speaker: $0.optionalText(13)) }
    }
  }

  /// Computes every hash anew and compares, also with an anchor that was kept elsewhere: without one, nobody can tell a
  /// log that was written anew as a whole from the one that was there.
  package func verify(_ anchor: AuditAnchor? = nil) async throws(RecognitionError) -> AuditVerdict {
    try await database.readSnapshot { connection in
      var check = AuditCheck(anchor: anchor)
      try connection.forEachBatch(
        "SELECT \(AuditRow.columns) FROM audit a ORDER BY a.sequence", size: Self.batch
      ) { rows in
        for row in rows where check.broken == nil { check.take(try AuditRow(row)) }
      }
      return check.verdict(head: try Self.head(connection))
    }
  }

  private static func head(_ connection: isolated PostgresConnection) throws -> AuditAnchor {
    let row = try connection.query("SELECT last_sequence, last_hash FROM audit_head")[0]
    return AuditAnchor(sequence: try row.int(0), hash: try row.text(1))
  }
}

/// Follows the chain from its first row on.
private struct AuditCheck {
  let anchor: AuditAnchor?
  private(set) var broken: AuditVerdict?
  private var last = AuditAnchor(sequence: 0, hash: AuditAnchor.zeros)

  init(anchor: AuditAnchor?) { self.anchor = anchor }

  mutating func take(_ row: AuditRow) {
    let next = last.sequence + 1
    guard row.sequence == next else {
      broken = .broken(sequence: next, "is missing: row \(row.sequence) comes after row \(last.sequence)")
      return
    }
    guard row.previousHash == last.hash else {
      broken = .broken(sequence: next, "does not follow the row before: that one, or this one, is another than it was")
      return
    }
    guard row.hash == row.expectedHash(after: last.hash) else {
      broken = .broken(sequence: next, "was changed: its fields do not give its hash")
      return
    }
    if let anchor, anchor.sequence == next, anchor.hash != row.hash {
      broken = .broken(sequence: next, "is not the row of the anchor: the log was written anew, here or before")
      return
    }
    last = AuditAnchor(sequence: next, hash: row.hash)
  }

  func verdict(head: AuditAnchor) -> AuditVerdict {
    if let broken { return broken }
    guard head == last else {
      return .broken(sequence: last.sequence + 1, "is missing: the log went to row \(head.sequence)")
    }
    if let anchor, anchor.sequence > last.sequence {
      return .broken(
        sequence: last.sequence + 1,
        "is missing: the anchor is of row \(anchor.sequence); a database that was restored from before lacks them too")
    }
    return .whole(last)
  }
}
