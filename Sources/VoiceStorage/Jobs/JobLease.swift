internal import VoicePostgres
package import VoiceRecognition

/// A worker's right to a job. Whatever it writes is written only while no other worker has taken the job: a worker that
/// was slow, cut off or stopped changes nothing any more.
///
/// All methods throw `RecognitionError`, of reason `LEASE_LOST` when the job is another's: stop working on it.
package struct JobLease: Sendable {
  /// The reason of errors that say that the job is another's.
  package static let lost = "LEASE_LOST"

  /// The job as it was when it was taken.
  package let job: TrainingJob
  let key: Int64
  /// Which lease of the job it is: each has a higher number than all before.
  package let token: Int64
  /// How long it lasts after each renewal.
  package let length: Duration
  let database: RegistryDatabase

  /// Keeps the job for one more length; whether it is to be cancelled.
  package func renew() async throws(RecognitionError) -> Bool {
    let (key, token, seconds) = (key, token, length / .seconds(1))
    return try await database.write { connection in
      let renewed = try connection.query(
        """
        UPDATE jobs SET lease_until = clock_timestamp() + $3 * interval '1 second'
        WHERE job_key = $1 AND lease_token = $2 AND state = 'running' RETURNING is_cancelling
        """, [.int(key), .int(token), .double(seconds)])
      guard let row = renewed.first else { throw JobLease.lostError(key) }
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

  /// Gives the job back to the queue, where another worker takes it at once. Without `counts` this attempt was none.
  package func release(message: String, counts: Bool) async throws(RecognitionError) {
    try await fenced { key, connection in
      try connection.query(
        """
        UPDATE jobs SET state = 'queued', lease_until = NULL, attempts = attempts - $2
        WHERE job_key = $1
        """, [.int(key), .int(counts ? 0 : 1)])
      try JobRows.append(.stateChange(.init(.queued, message: message)), to: key, connection)
      try JobRows.notify(JobStore.workChannel, connection)
    }
  }

  /// Runs a transaction in which the job stays this worker's.
  func fenced(
    _ body: @Sendable (Int64, isolated PostgresConnection) throws -> Void
  ) async throws(RecognitionError) {
    let (key, token) = (key, token)
    try await database.write { connection in
      let held = try connection.query(
        "SELECT FROM jobs WHERE job_key = $1 AND lease_token = $2 AND state = 'running' FOR NO KEY UPDATE",
        [.int(key), .int(token)])
      guard held.count == 1 else { throw JobLease.lostError(key) }
      try body(key, connection)
    }
  }

  private static func lostError(_ key: Int64) -> RecognitionError {
    RecognitionError(.aborted, reason: lost, "job-\(key) was taken by another trainer or has ended")
  }
}
