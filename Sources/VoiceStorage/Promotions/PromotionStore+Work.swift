internal import VoiceConcurrency
internal import VoicePostgres
package import VoiceRecognition

extension PromotionStore: PromotionWork {
  /// What a worker may take: a promotion before its flip, or one whose old epoch was kept long enough and which is not
  /// being rolled back, that nobody has.
  private static let due = """
    FROM promotions p WHERE (p.state IN \(PromotionRow.underWay) OR (p.state = 'DRAINING' AND NOT EXISTS (
      SELECT FROM promotions r WHERE r.rolls_back = p.promotion_key AND r.state IN \(PromotionRow.underWay))))
    """
  /// When a promotion may be taken.
  private static let dueTime = """
    greatest(CASE p.state WHEN 'DRAINING' THEN p.flipped_at + p.retain_seconds * interval '1 second' END, p.lease_until)
    """

  /// The promotion that has waited longest. `FOR UPDATE SKIP LOCKED`: two workers never take the same.
  package func take(worker: String, lease: Duration) async throws(RecognitionError) -> PromotionLease? {
    try await database.write { connection in
      let taken = try connection.query(
        """
        UPDATE promotions SET lease_token = lease_token + 1, worker = $1,
          lease_until = clock_timestamp() + $2 * interval '1 second'
        WHERE promotion_key = (SELECT p.promotion_key \(Self.due)
          AND (\(Self.dueTime) IS NULL OR \(Self.dueTime) <= clock_timestamp())
          ORDER BY p.lease_until NULLS FIRST, p.promotion_key LIMIT 1 FOR UPDATE OF p SKIP LOCKED)
        RETURNING promotion_key
        """, [.text(worker), .double(lease / .seconds(1))])
      guard let key = try taken.first?.int(0) else { return nil }
      return try PromotionRow.find(key: key, connection)?.lease
    }
  }

  /// Keeps a promotion from now on.
  package func extend(
    _ lease: PromotionLease, by duration: Duration
  ) async throws(RecognitionError) -> PromotionLease {
    try await database.write { connection in
      let changed = try connection.query(
        """
        UPDATE promotions SET lease_until = clock_timestamp() + $3 * interval '1 second'
        WHERE promotion_key = $1 AND lease_token = $2
          AND state NOT IN ('FINISHED', 'FAILED', 'CANCELLED', 'ROLLED_BACK')
        """, [.int(lease.key), .int(lease.token), .double(duration / .seconds(1))])
      guard changed.affectedRows == 1, let row = try PromotionRow.find(key: lease.key, connection) else {
        throw PromotionFence.lost(lease)
      }
      return row.lease
    }
  }

  /// Gives a promotion back; nobody takes it before `pause` is over.
  package func release(_ lease: PromotionLease, pause: Duration) async throws(RecognitionError) {
    _ = try await extend(lease, by: pause)
  }

  /// Goes over to a state before the flip, and counts.
  package func advance(
    _ lease: PromotionLease, to state: PromotionState
  ) async throws(RecognitionError) -> PromotionLease {
    try await database.write { connection in
      let row = try PromotionFence(lease).pass(.keep, connection)
      let counts = try PromotionCounts.read(collection: row.collectionID, epoch: row.toEpochID, connection)
      try connection.query(
        """
        UPDATE promotions SET state = $2, utterances_total = $3, utterances_done = $4, speakers_without_audio = $5,
          updated_at = clock_timestamp() WHERE promotion_key = $1
        """,
        [
          .int(row.key), .text(state.rawValue), .int(Int64(counts.recordings)), .int(Int64(counts.embedded)),
          .int(Int64(counts.unknownSpeakers)),
        ])
      try ChangeLog.notifyPromotions(connection)
      return try PromotionFence(lease).pass(.none, connection).lease
    }
  }

  /// Ends it with a reason.
  package func fail(_ lease: PromotionLease, _ reason: String) async throws(RecognitionError) {
    try await database.write { connection in
      try PromotionEnd.end(PromotionFence(lease).pass(.remove, connection), as: .failed, error: reason, connection)
    }
  }

  /// Utterances that wait for a voiceprint, by their people.
  package func unembedded(_ lease: PromotionLease, limit: Int) async throws(RecognitionError) -> [String] {
    try await database.read { connection in
      let row = try PromotionFence(lease).pass(.none, connection)
      return try connection.query(
        """
        SELECT u.utterance_id \(PromotionCounts.recordings) AND v.epoch_id IS NULL
        ORDER BY s.speaker_key, u.ordinal LIMIT $3
        """, [.int(row.collectionID), .int(row.toEpochID), .int(Int64(limit))]
      ).map { try $0.text(0) }
    }
  }

  /// The recording of an utterance.
  package func recording(of utterance: String) async throws(RecognitionError) -> Recording? {
    try await database.read { [vault] in try AudioVault(vault: vault).recording(of: utterance, $0) }
  }

  /// Keeps voiceprints and makes the templates of their people.
  package func store(
    _ lease: PromotionLease, _ voiceprints: [ReembeddedUtterance]
  ) async throws(RecognitionError) {
    try await database.write { [vault] connection in
      let row = try PromotionFence(lease).pass(.keep, connection)
      let stored = try ReembeddedRows(row: row, voiceprints: voiceprints, vault: vault).write(connection)
      try connection.query(
        """
        UPDATE promotions SET utterances_done = utterances_done + $2, updated_at = clock_timestamp()
        WHERE promotion_key = $1
        """, [.int(row.key), .int(Int64(stored))])
      try Failpoint.hit("promotion.in_store")
      try ChangeLog.notifyPromotions(connection)
    }
  }

  /// Lets enrolments wait.
  package func holdingEnrolments(
    _ lease: PromotionLease, _ body: @Sendable () async throws -> Void
  ) async throws {
    try await hold.run(lease, body)
  }

  /// Gives the collection the new epoch.
  package func flip(_ lease: PromotionLease) async throws(RecognitionError) -> FlipOutcome {
    try await database.write { [changes = database.changes, audit = database.audit] connection in
      let outcome = try PromotionFlip(lease: lease, changes: changes).run(connection)
      guard case .flipped = outcome else { return outcome }
      let promotion = lease.promotion
      try audit.append(
        AuditEntry(
          .flip, collection: promotion.plan.collection, object: "\(promotion.id) to \(promotion.plan.toEpoch)"),
        connection)
      return outcome
    }
  }

  /// Removes what the old epoch left behind.
  package func finish(_ lease: PromotionLease) async throws(RecognitionError) {
    try await database.write { connection in
      let row = try PromotionFence(lease).pass(.remove, connection)
      try PromotionEnd.end(row, as: .finished, error: "", connection)
      try Failpoint.hit("promotion.in_finish")
    }
  }

  /// How long until there is something to take.
  package func timeUntilWork() async throws(RecognitionError) -> Duration? {
    try await database.read { connection in
      let row = try connection.query(
        """
        SELECT EXTRACT(epoch FROM min(coalesce(\(Self.dueTime), now())) - clock_timestamp())::float8 \(Self.due)
        """)[0]
      return row.isNull(0) ? nil : .seconds(max(0, try row.double(0)))
    }
  }

  /// Gives an element at once and whenever promotions may have changed.
  package func changes() -> AsyncStream<Void> { news.subscribe() }
}
