/// A job as a worker has it: what the worker says with all that only who has the job may do.
package struct LeasedJob: Sendable, Hashable {
  /// The job.
  package var job: JobID
  /// Which lease of the job it is: each has a higher number than all before.
  package var token: Int64

  /// A job and the worker's lease of it.
  package init(job: JobID, token: Int64) { (self.job, self.token) = (job, token) }

  /// What a worker is told whose job is another's by now.
  package var lostError: RecognitionError {
    RecognitionError(
      .aborted, reason: RecognitionError.leaseLost, "\(job) was taken by another trainer or has ended")
  }
}
