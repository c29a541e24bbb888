internal import VoicePostgres
internal import VoiceConcurrency
internal import VoiceRecognition

/// The one place where failures below the storage become the domain's.
enum StorageError {
  /// The domain's error for whatever was thrown.
  static func domain(_ error: any Error) -> RecognitionError {
    switch error {
    case let error as RecognitionError: error
    case let error as PostgresError: domain(error)
    case let error as ComputePool.Rejection: domain(error)
    case let error as Failpoint.Failure: .unavailable("failpoint", "\(error)")
    case is CancellationError: RecognitionError(.cancelled, reason: "CANCELLED", "the caller went away")
    default: RecognitionError(.internal, reason: "STORAGE_FAULT", "the registry's storage failed: \(error)")
    }
  }

  private static func domain(_ error: PostgresError) -> RecognitionError {
    switch error.code {
    case .unavailable, .undefinedTable:
      .unavailable("registry_database", "the registry's database cannot be used at the moment: \(error.message)")
    case .deadlineExceeded:
      RecognitionError(
        .deadlineExceeded, reason: "REGISTRY_DATABASE_SLOW", "the registry's database did not answer in time")
    case .poolExhausted:
      RecognitionError(
        .resourceExhausted, reason: "REGISTRY_DATABASE_BUSY", error.message, retryAfter: .milliseconds(200))
    case .serialisationFailure:
      RecognitionError(.aborted, reason: "CONCURRENT_CHANGE", "another change came between: try again")
    case .schemaTooNew:
      RecognitionError(.failedPrecondition, reason: "SCHEMA_TOO_NEW", error.message)
    case .badURL:
      RecognitionError(.failedPrecondition, reason: "BAD_DATABASE_URL", error.message)
    case .decoding:
      RecognitionError(
        .dataLoss, reason: "STORED_DATA_DAMAGED", "the registry's database holds damaged data: \(error.message)")
    case .uniqueViolation, .refused:
      RecognitionError(
        .internal, reason: "REGISTRY_DATABASE_REFUSED", "the registry's database refused a statement: \(error)")
    }
  }

  private static func domain(_ rejection: ComputePool.Rejection) -> RecognitionError {
    switch rejection {
    case .queueFull(let delay):
      RecognitionError(.resourceExhausted, reason: "SEARCH_QUEUE_FULL", "too many searches wait", retryAfter: delay)
    case .deadlineTooClose(let delay):
      RecognitionError(
        .deadlineExceeded, reason: "SEARCH_TOO_LATE", "the search could not begin in time", retryAfter: delay)
    case .shutDown: .unavailable("registry", "the registry is shutting down")
    }
  }
}
