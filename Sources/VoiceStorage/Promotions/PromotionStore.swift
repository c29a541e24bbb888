internal import VoiceConcurrency
internal import VoicePostgres
package import VoiceRecognition

/// The promotions of collections on PostgreSQL: as operators see them here, as workers do in `PromotionStore+Work`.
package struct PromotionStore: Sendable {
  let database: RegistryDatabase
  let vault: Vault
  let news: News
  let hold: EnrolmentHold

  /// Begins a promotion; with `validateOnly` it is only checked and counted.
  ///
  /// A promotion back to the epoch from which the collection is still draining rolls that back. Throws `notFound` for
  /// the collection and the epoch, `failedPrecondition` for the epoch that the collection has already (`SAME_EPOCH`)
  /// and when a promotion is under way (`PROMOTION_UNDER_WAY`), `aborted` (`LEASE_LOST`) when the job that asks for it
  /// is another worker's.
  package func start(
    _ plan: PromotionPlan, for leased: LeasedJob? = nil, validateOnly: Bool = false
  ) async throws(RecognitionError) -> Promotion {
    try await database.change(AuditEntry(.startPromotion, collection: plan.collection)) { connection, entry in
      if let leased { try JobFence.pass(leased, connection) }
      let promotion = try PromotionStart(plan: plan).run(validateOnly: validateOnly, connection)
      (entry.object, entry.isWorthARow) = ("\(promotion.id) to \(plan.toEpoch)", !validateOnly)
      return promotion
    }
  }

  /// Begins the promotion back to the epoch of before. Throws `notFound`, and `failedPrecondition` when the promotion
  /// is not draining any more, or when the collection has gone on to yet another epoch (`NOTHING_TO_ROLL_BACK`).
  package func rollBack(
    _ id: String, policy: UnretainedPolicy = .fail
  ) async throws(RecognitionError) -> Promotion {
    try await database.change(AuditEntry(.rollBackPromotion, object: id)) { connection, entry in
      let row = try PromotionRow.find(id, connection)
      entry.collection = row.promotion.plan.collection.value
      var plan = row.promotion.plan
      plan.toEpoch = row.promotion.fromEpoch
      plan.policy = policy
      guard row.promotion.state == .draining,
        try CollectionRow.find(plan.collection, lock: .keep, connection).epochID == row.toEpochID
      else {
        throw RecognitionError(
          .failedPrecondition, reason: "NOTHING_TO_ROLL_BACK",
          "promotion '\(id)' is \(row.promotion.state.rawValue), or another one came after it")
      }
      return try PromotionStart(plan: plan).run(validateOnly: false, connection)
    }
  }

  /// Ends a promotion before its flip. Throws `notFound`, `failedPrecondition` afterwards (`PROMOTION_NOT_UNDER_WAY`).
  package func cancel(_ id: String) async throws(RecognitionError) -> Promotion {
    try await database.change(AuditEntry(.cancelPromotion, object: id)) { connection, entry in
      guard let row = try PromotionRow.find(id, connection).locked(.remove, connection) else {
        throw RecognitionError.missing("promotion", id)
      }
      entry.collection = row.promotion.plan.collection.value
      guard [.staging, .reembedding, .flipping].contains(row.promotion.state) else {
        throw RecognitionError(
          .failedPrecondition, reason: "PROMOTION_NOT_UNDER_WAY",
          "promotion '\(id)' is \(row.promotion.state.rawValue): after the flip it can be rolled back")
      }
      try PromotionEnd.end(row, as: .cancelled, error: "", connection)
      return try PromotionRow.find(id, connection).promotion
    }
  }

  /// One promotion. Throws `notFound`.
  package func promotion(_ id: String) async throws(RecognitionError) -> Promotion {
    try await database.read { try PromotionRow.find(id, $0).promotion }
  }

  /// Promotions of one collection or of all, newest first.
  package func promotions(
    of collection: CollectionName?, _ page: PageRequest
  ) async throws(RecognitionError) -> Page<Promotion> {
    let token = try PageToken(page.token, of: .promotions)
    guard let before = token.last.isEmpty ? .max : Int64(token.last) else { throw PageToken.wrong }
    let found = try await database.read { connection in
      let parameters: [PostgresValue] = [.int(before), .text(collection?.value), .int(Int64(page.size + 1))]
      return try connection.query(
        """
        \(PromotionRow.select) WHERE p.promotion_key < $1 AND ($2::text IS NULL OR c.name = $2)
        ORDER BY p.promotion_key DESC LIMIT $3
        """, parameters
      ).map { try PromotionRow($0) }
    }
    let rows = PageToken.page(found, page, of: .promotions) { "\($0.key)" }
    return Page(elements: rows.elements.map(\.promotion), nextToken: rows.nextToken)
  }

  /// Identifiers of people whom another epoch would not know: nothing of theirs has a recording, or a voiceprint of
  /// `epoch`. Throws `notFound` for the collection and the epoch.
  package func speakersWithoutAudio(
    in collection: CollectionName, epoch: EpochName?, _ page: PageRequest
  ) async throws(RecognitionError) -> Page<SpeakerID> {
    let token = try PageToken(page.token, of: .speakersWithoutAudio)
    let found = try await database.read { connection in
      let row = try CollectionRow.find(collection, connection)
      // No epoch has the number 0.
      let epoch = try epoch.map { try EpochRows.identifier($0, connection) } ?? 0
      return try connection.query(
        "SELECT s.speaker_id \(PromotionCounts.unknown) AND s.speaker_id > $3 ORDER BY s.speaker_id LIMIT $4",
        [.int(row.id), .int(epoch), .text(token.last), .int(Int64(page.size + 1))]
      ).map { try SpeakerID($0.text(0)) }
    }
    return PageToken.page(found, page, of: .speakersWithoutAudio) { $0.value }
  }

  /// Gives a promotion at once and at every change, to its end. Throws `notFound`; returns false early when watching
  /// has ended or the task is cancelled.
  @discardableResult
  package func watch(_ id: String, _ deliver: @Sendable (Promotion) async throws -> Void) async throws -> Bool {
    var last: Promotion?
    return try await news.looks {
      let now: Promotion
      do { now = try await promotion(id) } catch {
        if (error as? RecognitionError)?.code == .unavailable, last != nil { return .failed }
        throw error
      }
      if now != last { try await deliver(now) }
      last = now
      return now.state.isFinal ? .done : .upToDate
    }
  }

  /// Makes every `watch` return, also those to come: the program is about to end.
  package func endWatching() { news.finish() }
}
