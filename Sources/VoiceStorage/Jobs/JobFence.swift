internal import VoicePostgres
internal import VoiceRecognition

/// Lets only the worker pass that took a job last.
enum JobFence {
  /// The job stays the worker's until the transaction ends. Throws `aborted` (`LEASE_LOST`) when it is another's.
  static func pass(_ leased: LeasedJob, _ connection: isolated PostgresConnection) throws {
    let held = try connection.query(
      "SELECT FROM jobs WHERE job_id = $1 AND lease_token = $2 AND state = 'running' FOR SHARE",
      [.text(leased.job.value), .int(leased.token)])
    guard held.count == 1 else { throw leased.lostError }
  }
}
