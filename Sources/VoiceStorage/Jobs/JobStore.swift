internal import VoiceConcurrency
internal import VoicePostgres
package import VoiceRecognition

/// The jobs as those see them who submit and follow them. All methods throw `RecognitionError`.
package struct JobStore: Sendable {
  /// Notified when a job's events or position change.
  static let eventsChannel = "voiceprint_job_events"
  /// Notified when there is something to do for workers: a job to take or to cancel.
  static let workChannel = "voiceprint_jobs"
  private static let eventsOfOneRead = 500

  let database: RegistryDatabase
  let news: News

  /// Queues a job; one that the same request id has queued before is given again, with false.
  ///
  /// Throws `notFound` for the data set, `alreadyExists` for a request id of another training.
  package func submit(_ submission: JobSubmission) async throws(RecognitionError) -> (job: TrainingJob, created: Bool) {
    let entry = AuditEntry(.submitJob, object: submission.spec.dataset.value)
    return try await database.change(entry) { connection, entry in
      let spec = submission.spec
      // It stays until the job refers to it.
      let dataset = try DatasetRows.lock(spec.dataset, "KEY SHARE", connection)
      let made = try connection.query(
        """
        INSERT INTO jobs (request_id, dataset_id, dataset, configuration, augmentation, base_epoch, seed, evaluates,
          priority, auto_promotion) VALUES (nullif($1, ''), $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (request_id) DO NOTHING RETURNING job_key
        """,
        [
          .text(submission.requestID), .int(dataset), .text(spec.dataset.value), .text(spec.configuration),
          .text(spec.augmentation), .text(spec.baseEpoch?.value), .int(Int64(bitPattern: spec.seed)),
          .bool(spec.evaluates), .int(Int64(submission.priority)),
          try submission.autoPromotion.map { .json(try StoredJSON.encode($0)) } ?? .null,
        ])
      guard let key = try made.first?.int(0) else {
        entry.isWorthARow = false
        return (try JobStore.first(of: submission, connection), false)
      }
      try JobRows.append(.stateChange(.init(.queued)), to: key, connection)
      try JobRows.notify(JobStore.workChannel, connection)
      let job = try JobRows.job(key, connection)
      entry.object = "\(job.id) on \(spec.dataset)"
      return (job, true)
    }
  }

  /// One job. Throws `notFound`.
  package func job(_ id: JobID) async throws(RecognitionError) -> TrainingJob {
    try await database.read { try JobRows.find(id, $0) }
  }

  /// Jobs, newest first.
  package func jobs(_ filter: JobFilter, _ page: PageRequest) async throws(RecognitionError) -> Page<TrainingJob> {
    let token = try PageToken(page.token, of: .jobs)
    let before = token.last.isEmpty ? Int64.max : Int64(token.last)
    guard let before else { throw .invalid("page_token", "is not a token of this listing") }
    let found = try await database.read { connection in
      try connection.query(
        """
        \(JobRows.select) WHERE job_key < $1 AND (cardinality($2) = 0 OR state = ANY($2))
          AND dataset = coalesce($3, dataset) ORDER BY job_key DESC LIMIT $4
        """,
        [
          .int(before), .texts(filter.states.map(\.rawValue).sorted()), .text(filter.dataset?.value),
          .int(Int64(page.size + 1)),
        ]
      ).map { (key: try $0.int(0), job: try JobRows.job($0)) }
    }
    let keyed = PageToken.page(found, page, of: .jobs) { "\($0.key)" }
    return Page(elements: keyed.elements.map(\.job), nextToken: keyed.nextToken)
  }

  /// Cancels a job: at once while it waits, else as soon as its worker has saved. Throws `notFound`.
  package func cancel(_ id: JobID) async throws(RecognitionError) -> TrainingJob {
    try await database.change(AuditEntry(.cancelJob, object: id.value)) { connection, _ in
      let row = try connection.query(
        "SELECT job_key, state FROM jobs WHERE job_id = $1 FOR UPDATE", [.text(id.value)]
      ).first
      guard let row else { throw RecognitionError.missing("job", id.value) }
      let key = try row.int(0)
      switch JobState(rawValue: try row.text(1)) {
      case .queued: try JobRows.end(key, as: .cancelled, message: "", connection)
      case .running:
        try connection.query("UPDATE jobs SET is_cancelling = true WHERE job_key = $1", [.int(key)])
        try JobRows.notify(JobStore.workChannel, connection)
      default: break
      }
      return try JobRows.job(key, connection)
    }
  }

  /// What `watch` gives.
  package enum Update: Sendable {
    /// Something happened.
    case event(JobEvent)
    /// The training has moved on.
    case position(TrainingReport.Position)
  }

  /// Gives every event after a sequence number, in order and each once, and where the training is, until the job has
  /// ended and all was given.
  ///
  /// While the database is away nothing comes; it goes on by itself. Returns early when the task is cancelled or
  /// watching has ended. Throws `notFound`.
  package func watch(
    _ id: JobID, after sequence: Int, _ deliver: @Sendable (Update) async throws -> Void
  ) async throws -> Bool {
    var last = sequence
    var position: TrainingReport.Position?
    var isKnown = false
    return try await news.looks {
      while let found = try await find(id, after: last, unlessUnavailable: isKnown) {
        isKnown = true
        for event in found.events { try await deliver(.event(event)) }
        last = found.events.last?.sequence ?? last
        guard found.isWhole else { continue }
        if found.job.state.isFinal { return .done }
        if let now = found.job.position, now != position {
          position = now
          try await deliver(.position(now))
        }
        return .upToDate
      }
      return .failed
    }
  }

  /// Makes every `watch` return, also those to come: the program is about to end.
  package func endWatching() { news.finish() }
}

extension JobStore {
  /// A job with its next events, read at one moment.
  private struct Found {
    let job: TrainingJob
    let events: [JobEvent]
    /// Whether these are all.
    let isWhole: Bool
  }

  /// nil while the database is away, if that is to be waited for.
  private func find(
    _ id: JobID, after sequence: Int, unlessUnavailable waits: Bool
  ) async throws(RecognitionError) -> Found? {
    do {
      return try await database.readSnapshot { connection in
        let job = try JobRows.find(id, connection)
        let events = try connection.query(
          """
          SELECT e.sequence, e.created_at, e.content FROM job_events e JOIN jobs j USING (job_key)
          WHERE j.job_id = $1 AND e.sequence > $2 ORDER BY e.sequence LIMIT $3
          """, [.text(id.value), .int(Int64(sequence)), .int(Int64(JobStore.eventsOfOneRead))]
        ).map {
          try JobEvent(
            sequence: Int($0.int(0)), time: Timestamp(microseconds: $0.timestamp(1)),
            content: StoredJSON.decode(JobEvent.Content.self, $0.json(2)))
        }
        return Found(job: job, events: events, isWhole: events.count < JobStore.eventsOfOneRead)
      }
    } catch {
      if error.code == .unavailable && waits { return nil }
      throw error
    }
  }

  /// The job that a request id has queued. Throws `alreadyExists` when it is another.
  private static func first(
    of submission: JobSubmission, _ connection: isolated PostgresConnection
  ) throws -> TrainingJob {
    let row = try connection.query("\(JobRows.select) WHERE request_id = $1", [.text(submission.requestID)]).first
    guard let row, case let job = try JobRows.job(row), job.spec == submission.spec else {
      throw RecognitionError(
        .alreadyExists, reason: "REQUEST_ID_USED",
        "request_id '\(submission.requestID)' has queued another training: use a new one", field: "request_id")
    }
    return job
  }
}
