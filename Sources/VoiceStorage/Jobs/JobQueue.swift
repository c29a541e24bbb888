package import VoiceConcurrency
internal import VoicePostgres
package import VoiceRecognition

/// The jobs as workers see them: each takes one that waits, or one whose worker was lost, for as long as it shows that
/// it lives. All times are the database's.
package struct JobQueue: Sendable {
  let database: RegistryDatabase
  private let garbage: News
  /// Tells when there may be something to do.
  package let news: News
  private let lease: Duration
  private let maximumAttempts: Int

  init(database: RegistryDatabase, news: News, garbage: News, lease: Duration, maximumAttempts: Int) {
    (self.database, self.news, self.garbage) = (database, news, garbage)
    (self.lease, self.maximumAttempts) = (lease, maximumAttempts)
  }

  /// The job that is next, now this worker's; nil when there is none. No other worker gets it until the lease is over.
  ///
  /// A job that has lost as many workers as it may is `failed` here, and one that was to be cancelled is `cancelled`.
  /// One that was given back with a pause is passed over until that is over.
  package func claim(worker: String) async throws(RecognitionError) -> JobLease? {
    while true {
      switch try await database.write({ try next(worker, $0) }) {
      case .taken(let lease): return lease
      case .ended: continue
      case .nothing: return nil
      }
    }
  }

  /// How long until the next lease or pause is over, if nothing changes before; nil when there is none.
  package func nextExpiry() async throws(RecognitionError) -> Duration? {
    try await database.read { connection in
      let row = try connection.query(
        """
        SELECT min(extract(epoch FROM lease_until - clock_timestamp()))::float8 FROM jobs
        WHERE state = 'running' OR (state = 'queued' AND lease_until > clock_timestamp())
        """)[0]
      return row.isNull(0) ? nil : .seconds(max(0, try row.double(0)))
    }
  }

  private enum Step: Sendable {
    case taken(JobLease)
    case ended
    case nothing
  }

  private func next(_ worker: String, _ connection: isolated PostgresConnection) throws -> Step {
    let found = try connection.query(
      """
      SELECT job_key, state, is_cancelling, attempts, worker FROM jobs
      WHERE state IN ('queued', 'running') AND (lease_until IS NULL OR lease_until <= clock_timestamp())
      ORDER BY priority DESC, job_key LIMIT 1 FOR UPDATE SKIP LOCKED
      """)
    guard let row = found.first else { return .nothing }
    let (key, attempts) = (try row.int(0), try Int(row.int(3)))
    let wasLost = try row.text(1) == JobState.running.rawValue
    let reason = try wasLost ? "the trainer \(row.text(4)) was lost" : JobRows.lastMessage(of: key, connection)
    if try row.bool(2) {
      try JobRows.end(key, as: .cancelled, message: reason, connection)
      return .ended
    }
    if attempts >= maximumAttempts {
      try JobRows.end(key, as: .failed, message: JobRows.last(attempts, reason), connection)
      return .ended
    }
    let token = try connection.query(
      """
      UPDATE jobs SET state = 'running', attempts = attempts + 1, worker = $2, lease_token = lease_token + 1,
        lease_until = clock_timestamp() + $3 * interval '1 second', started_at = coalesce(started_at, clock_timestamp())
      WHERE job_key = $1 RETURNING lease_token
      """, [.int(key), .text(worker), .double(lease / .seconds(1))]
    )[0].int(0)
    let change = JobEvent.StateChange(.running, worker: worker, message: wasLost ? reason : "")
    try JobRows.append(.stateChange(change), to: key, connection)
    // Those who wait for the next expiry have another to wait for.
    try JobRows.notify(JobStore.workChannel, connection)
    return .taken(
      JobLease(
        job: try JobRows.job(key, connection), key: key, token: token, length: lease, maximumAttempts: maximumAttempts,
        garbage: garbage, database: database))
  }
}
