package import VoiceConcurrency
internal import VoiceRPC
internal import VoiceRecognition

extension ComputePool {
  /// Runs work under the deadline of the call that is being handled.
  ///
  /// Throws `resourceExhausted` with a delay when the queue is full or the work could not begin in time, `unavailable`
  /// when the pool is shut down, and whatever the work throws.
  package func compute<Result: Sendable>(
    _ work: @escaping @Sendable (CancellationFlag) throws -> Result
  ) async throws -> Result {
    do {
      return try await run(deadline: CallContext.current?.deadline.instant, work)
    } catch let rejection as Rejection {
      switch rejection {
      case .queueFull(let delay):
        throw RecognitionError(
          .resourceExhausted, reason: "QUEUE_FULL", "every core is busy and the queue is full: try again later",
          retryAfter: delay)
      case .deadlineTooClose(let delay):
        throw RecognitionError(
          .resourceExhausted, reason: "DEADLINE_TOO_CLOSE",
          "the work could not begin before the call's deadline: allow more time or try again later",
          retryAfter: max(delay, .milliseconds(10)))
      case .shutDown:
        throw RecognitionError.unavailable("service", "the service is shutting down")
      }
    }
  }
}
