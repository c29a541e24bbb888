internal import Hummingbird
internal import VoiceRecognition

/// A request's surroundings: what the router found, and the connection that it came by.
struct ConsoleContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  private let whenClosed: @Sendable (@escaping @Sendable () -> Void) -> Void

  init(source: Source) {
    coreContext = .init(source: source)
    let channel = source.channel
    // Who closes is gone: nobody half-closes a connection and waits for the answer.
    channel.setOption(.allowRemoteHalfClosure, value: false).whenComplete { _ in }
    whenClosed = { body in channel.closeFuture.whenComplete { _ in body() } }
  }

  /// Returns when the connection is closed, or the task cancelled.
  func closed() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    whenClosed { continuation.finish() }
    for await _ in stream {}
  }

  /// Runs `body`, which is cancelled when the client goes away.
  func whileConnected<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        await closed()
        return nil
      }
      defer { group.cancelAll() }
      if let result = try await group.next(), let result { return result }
      throw CancellationError()
    }
  }
}
