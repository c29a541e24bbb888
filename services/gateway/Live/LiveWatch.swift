internal import Synchronization
internal import VoiceConcurrency
internal import VoiceRecognition

/// Ends a stream that goes on for too long, whose caller is silent for too long, or whose server is to stop.
final class LiveWatch: Sendable {
  private let limits: LiveLimits
  private let stopping: News
  private let begin = ContinuousClock.now
  private let lastSign = Mutex(ContinuousClock.now)

  init(_ limits: LiveLimits, stopping: News) {
    (self.limits, self.stopping) = (limits, stopping)
  }

  /// The caller gave a sign of life, or was not waited for until now.
  func touch() { lastSign.withLock { $0 = .now } }

  /// Runs `body`, which is cancelled when a limit is passed. Throws what it throws, `deadlineExceeded` for a silent
  /// caller, `resourceExhausted` for a long stream, `unavailable` when the server is to stop.
  func whileAllowed(_ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await body() }
      group.addTask { try await self.awaitLimit() }
      group.addTask { try await self.awaitStop() }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func awaitLimit() async throws {
    while true {
      let silent = lastSign.withLock { $0 } + limits.idle
      let late = begin + limits.length
      guard min(silent, late) <= .now else {
        try await Task.sleep(until: min(silent, late), clock: .continuous)
        continue
      }
      throw late < silent ? Self.tooLong(limits) : RecognitionError(
        .deadlineExceeded, reason: "STREAM_IDLE", "no message came for \(limits.idle): the stream is ended")
    }
  }

  private func awaitStop() async throws {
    for await _ in stopping.subscribe() {}
    try Task.checkCancellation()
    throw RecognitionError.unavailable("gateway", "the gateway is being shut down: begin a new stream")
  }

  static func tooLong(_ limits: LiveLimits) -> RecognitionError {
    RecognitionError(
      .resourceExhausted, reason: "STREAM_TOO_LONG",
      "the stream is longer than \(limits.length), the most that is taken: begin a new one")
  }
}
