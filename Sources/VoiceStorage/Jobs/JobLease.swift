internal import VoiceConcurrency
internal import VoicePostgres
package import VoiceRecognition

/// A worker's right to a job. Whatever it writes is written only while no other worker has taken the job: a worker that
/// was slow, cut off or stopped changes nothing any more.
///
/// All methods throw `RecognitionError`, of reason `LEASE_LOST` when the job is another's: stop working on it.
package struct JobLease: Sendable {
  /// The reason of errors that say that the job is another's.
  package static let lost = RecognitionError.leaseLost

  /// The job as it was when it was taken.
  package let job: TrainingJob
  let key: Int64
  /// Which lease of the job it is: each has a higher number than all before.
  package let token: Int64
  /// How long it lasts after each renewal.
  package let length: Duration
  /// How often a job is taken before it fails.
  let maximumAttempts: Int
  /// Tells that there may be contents that nobody needs any more.
  let garbage: News
  let database: RegistryDatabase

  /// The job for those who ask whether it is this worker's.
  package var leased: LeasedJob { LeasedJob(job: job.id, token: token) }

  /// Keeps the job for one more length; whether it is to be cancelled.
  package func renew() async throws(RecognitionError) -> Bool {
    let (key, token, leased, seconds) = (key, token, leased, length / .seconds(1))
    return try await database.write { connection in
      let renewed = try connection.query(
        """
        UPDATE jobs SET lease_until = clock_timestamp() + $3 * interval '1 second'
        WHERE job_key = $1 AND lease_token = $2 AND state = 'running' RETURNING is_cancelling
        """, [.int(key), .int(token), .double(seconds)])
      guard let row = renewed.first else { throw leased.lostError }
      return try row.bool(0)
    }
  }

  /// Writes an event down as the job's next.
  package func append(_ content: JobEvent.Content) async throws(RecognitionError) {
    try await fenced { key, connection in
      if case .report(.evaluation(let evaluation)) = content {
        try connection.query(
          "UPDATE jobs SET best_eer = least(best_eer, $2) WHERE job_key = $1",
          [.int(key), .double(evaluation.equalErrorRate)])
      }
      if case .candidate(let candidate) = content {
        try connection.query(
          "UPDATE jobs SET candidate_epoch = $2 WHERE job_key = $1", [.int(key), .text(candidate.epoch)])
      }
      try JobRows.append(content, to: key, connection)
    }
  }

  /// Tells where the training is.
  package func move(to position: TrainingReport.Position) async throws(RecognitionError) {
    let json: [UInt8]
    do { json = try StoredJSON.encode(position) } catch { throw StorageError.domain(error) }
    try await fenced { key, connection in
      try connection.query("UPDATE jobs SET position = $2 WHERE job_key = $1", [.int(key), .json(json)])
      try JobRows.notify(JobStore.eventsChannel, connection)
    }
  }

  /// Ends the job. The state is one that stays; the message is for people.
  package func end(as state: JobState, message: String = "") async throws(RecognitionError) {
    precondition(state.isFinal, "a job ends as finished, failed or cancelled")
    try await fenced { key, connection in try JobRows.end(key, as: state, message: message, connection) }
  }

  /// Gives the job back to the queue, where nobody takes it before the pause is over. Without `counts` this attempt was
  /// none.
  ///
  /// A job that is to be cancelled is `cancelled` instead, and one that has had all its attempts is `failed`.
  package func release(
    message: String, counts: Bool, pause: Duration = .zero
  ) async throws(RecognitionError) {
    let (maximum, seconds) = (maximumAttempts, pause / .seconds(1))
    try await fenced { key, connection in
      let row = try connection.query("SELECT is_cancelling, attempts FROM jobs WHERE job_key = $1", [.int(key)])[0]
      if try row.bool(0) { return try JobRows.end(key, as: .cancelled, message: message, connection) }
      let attempts = try Int(row.int(1))
      if counts, attempts >= maximum {
        return try JobRows.end(key, as: .failed, message: JobRows.last(attempts, message), connection)
      }
      try connection.query(
        """
        UPDATE jobs SET state = 'queued', attempts = attempts - $2,
          lease_until = clock_timestamp() + $3 * interval '1 second'
        WHERE job_key = $1
        """, [.int(key), .int(counts ? 0 : 1), .double(seconds)])
      try JobRows.append(.stateChange(.init(.queued, message: message)), to: key, connection)
      try JobRows.notify(JobStore.workChannel, connection)
    }
  }

  /// Runs a transaction in which the job stays this worker's.
  func fenced(
    _ body: @Sendable (Int64, isolated PostgresConnection) throws -> Void
  ) async throws(RecognitionError) {
    let (key, token, leased) = (key, token, leased)
    try await database.write { connection in
      let held = try connection.query(
        "SELECT FROM jobs WHERE job_key = $1 AND lease_token = $2 AND state = 'running' FOR NO KEY UPDATE",
        [.int(key), .int(token)])
      guard held.count == 1 else { throw leased.lostError }
      try body(key, connection)
    }
  }
}
