package import VoiceMessages
package import VoiceRecognition

extension LeasedJob {
  /// A leased job from the wire, nil without; throws `invalidArgument` for one that cannot be.
  package init?(_ message: RegistryV1.JobLease?) throws(RecognitionError) {
    guard let message else { return nil }
    self.init(job: try JobID(message.job, field: "lease.job"), token: Int64(clamping: message.token))
  }
}

extension RegistryV1.JobLease {
  /// The wire's form of a leased job.
  package init(_ leased: LeasedJob) {
    self.init()
    (job, token) = (leased.job.value, UInt64(clamping: leased.token))
  }
}
