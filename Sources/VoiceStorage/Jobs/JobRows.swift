internal import VoicePostgres
internal import VoiceRecognition

/// Reads jobs and their events.
enum JobRows {
  static let select = """
    SELECT job_key, job_id, dataset, configuration, augmentation, base_epoch, seed, evaluates, priority, state,
      is_cancelling, attempts, worker, position, best_eer, error, last_event, created_at, started_at, ended_at,
      candidate_epoch, auto_promotion
    FROM jobs
    """

  /// One job. Throws `notFound`.
  static func find(_ id: JobID, _ connection: isolated PostgresConnection) throws -> TrainingJob {
    guard let row = try connection.query("\(select) WHERE job_id = $1", [.text(id.value)]).first else {
      throw RecognitionError.missing("job", id.value)
    }
    return try job(row)
  }

  /// One job by its number in the database.
  static func job(_ key: Int64, _ connection: isolated PostgresConnection) throws -> TrainingJob {
    try job(connection.query("\(select) WHERE job_key = $1", [.int(key)])[0])
  }

  static func job(_ row: PostgresRow) throws -> TrainingJob {
    let spec = try TrainingSpec(
      dataset: DatasetName(row.text(2)), configuration: row.text(3), augmentation: row.optionalText(4),
      baseEpoch: row.optionalText(5).map { try EpochName($0) }, seed: UInt64(bitPattern: row.int(6)),
      evaluates: row.bool(7))
    guard let state = JobState(rawValue: try row.text(9)) else {
      throw RecognitionError(.dataLoss, reason: "STORED_DATA_DAMAGED", "a stored job has no known state")
    }
    return try TrainingJob(
      id: JobID(row.text(1)), spec: spec, priority: Int(row.int(8)), state: state, isCancelling: row.bool(10),
      attempts: Int(row.int(11)), worker: row.text(12),
      position: row.isNull(13) ? nil : StoredJSON.decode(TrainingReport.Position.self, row.json(13)),
      bestEqualErrorRate: row.isNull(14) ? nil : row.double(14), error: row.text(15), lastSequence: Int(row.int(16)),
      createTime: Timestamp(microseconds: row.timestamp(17)), startTime: time(row, 18), endTime: time(row, 19),
      candidate: row.optionalText(20).map { try EpochName($0) },
      autoPromotion: row.isNull(21) ? nil : StoredJSON.decode(AutoPromotion.self, row.json(21)))
  }

  private static func time(_ row: PostgresRow, _ column: Int) throws -> Timestamp? {
    row.isNull(column) ? nil : Timestamp(microseconds: try row.timestamp(column))
  }

  /// Writes an event down as the job's next. From here to the commit, other writers of the job wait.
  static func append(_ content: JobEvent.Content, to key: Int64, _ connection: isolated PostgresConnection) throws {
    try connection.query(
      """
      WITH counter AS (UPDATE jobs SET last_event = last_event + 1 WHERE job_key = $1 RETURNING last_event)
      INSERT INTO job_events (job_key, sequence, content) SELECT $1, last_event, $2 FROM counter
      """, [.int(key), .json(try StoredJSON.encode(content))])
    try notify(JobStore.eventsChannel, connection)
  }

  /// Ends a job, of which the state is one that stays.
  static func end(
    _ key: Int64, as state: JobState, message: String, _ connection: isolated PostgresConnection
  ) throws {
    try connection.query(
      """
      UPDATE jobs SET state = $2, error = $3, is_cancelling = false, ended_at = clock_timestamp(), lease_until = NULL
      WHERE job_key = $1
      """, [.int(key), .text(state.rawValue), .text(state == .failed ? message : "")])
    try append(.stateChange(.init(state, message: message)), to: key, connection)
  }

  /// What was said when the job's state changed last.
  static func lastMessage(of key: Int64, _ connection: isolated PostgresConnection) throws -> String {
    let found = try connection.query(
      """
      SELECT content FROM job_events WHERE job_key = $1 AND content ? 'stateChange' ORDER BY sequence DESC LIMIT 1
      """, [.int(key)])
    guard let row = found.first,
      case .stateChange(let change) = try StoredJSON.decode(JobEvent.Content.self, row.json(0))
    else { return "" }
    return change.message
  }

  /// The message of a job whose last attempt ended for a reason.
  static func last(_ attempts: Int, _ reason: String) -> String {
    (reason.isEmpty ? "" : "\(reason); ") + "it was the \(attempts). attempt, the last one"
  }

  /// Wakes those who listen, when the transaction is committed.
  static func notify(_ channel: String, _ connection: isolated PostgresConnection) throws {
    try connection.query("SELECT pg_notify('\(channel)', '')::text")
  }
}
