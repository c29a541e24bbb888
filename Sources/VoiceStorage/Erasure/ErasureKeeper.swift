internal import VoicePostgres
internal import VoiceRecognition

/// Keeps a ledger and a database together: what was erased in the database is in the ledger before anybody is told so,
/// and a database that knows less than the ledger was restored and is made to forget again before it serves.
struct ErasureKeeper: Sendable {
  /// Nil where no ledger is kept.
  let ledger: ErasureLedger?
  let vault: Vault

  /// Keeps no ledger.
  static let none = ErasureKeeper(ledger: nil, vault: Vault(ring: nil))

  /// Writes down what was erased.
  func record(_ connection: isolated PostgresConnection) throws {
    guard let ledger else { return }
    try ledger.append { last in
      let lineage = try Self.lineage(connection)
      try Self.check(last, lineage, ledger)
      return try connection.query(
        "SELECT \(Erasure.columns) FROM erasures e WHERE e.sequence > $1 ORDER BY e.sequence",
        [.int(last?.number ?? 0)]
      ).map { try Erasure($0, lineage: lineage) }
    }
  }

  /// Erases what the ledger names and the database still has; gives what that was. In a transaction.
  ///
  /// Throws `failedPrecondition` (`ERASURE_LEDGER_FOREIGN`) when the ledger is another database's.
  func replay(_ audit: AuditLog, _ connection: isolated PostgresConnection) throws -> ErasureCounts {
    guard let ledger, let last = try ledger.last() else { return ErasureCounts() }
    // Several registries may find the restored database at the same time.
    let row = try connection.query("SELECT lineage, last_erasure FROM erasure_counter FOR UPDATE")[0]
    let known = try row.int(1)
    try Self.check(last, row.text(0), ledger)
    if last.number <= known { return try checkSame(last, ledger, connection) }
    let entries = try ledger.entries(after: known)
    guard entries.first?.number == known + 1 else { throw Self.gap(ledger.path, known) }
    let counts = try ErasureReplay(entries: entries, vault: vault).run(connection)
    var entry = AuditEntry(.replayErasures, object: "\(known + 1)-\(last.number)")
    entry.count = entries.count
    try audit.append(entry, connection)
    return counts
  }

  /// A database that was restored and went on without the ledger has other erasures of the same numbers.
  private func checkSame(
    _ last: Erasure, _ ledger: ErasureLedger, _ connection: isolated PostgresConnection
  ) throws -> ErasureCounts {
    let found = try connection.query("SELECT erased_id FROM erasures WHERE sequence = $1", [.int(last.number)])
    guard try found.first?.text(0) == last.id else {
      throw RecognitionError(
        .failedPrecondition, reason: "ERASURE_LEDGER_FOREIGN",
        "erasure \(last.number) of the ledger \(ledger.path) is another one than the database's: the database was "
          + "restored and went on without the ledger; restore it anew with `voiceprint restore`")
    }
    return ErasureCounts()
  }

  static func lineage(_ connection: isolated PostgresConnection) throws -> String {
    try connection.query("SELECT lineage FROM erasure_counter")[0].text(0)
  }

  /// Throws when a ledger is another database's.
  static func check(_ entry: Erasure?, _ lineage: String, _ ledger: ErasureLedger) throws(RecognitionError) {
    guard let entry, entry.lineage != lineage else { return }
    throw RecognitionError(
      .failedPrecondition, reason: "ERASURE_LEDGER_FOREIGN",
      "the erasure ledger \(ledger.path) is another database's: give each database a ledger of its own")
  }

  /// A ledger that begins too late.
  static func gap(_ path: String, _ known: Int64) -> RecognitionError {
    RecognitionError(
      .failedPrecondition, reason: "ERASURE_LEDGER_GAP",
      "the database knows erasures up to \(known) and the ledger \(path) begins later: the ones between are missing")
  }
}
