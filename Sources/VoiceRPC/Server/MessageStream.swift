package import VoiceMessages

/// The requests of a call, for one reader: iterate once. It ends when the caller sends no more.
package struct MessageStream<Request: Message>: AsyncSequence, Sendable {
  let call: ServerCall

  /// Reads the requests.
  package struct AsyncIterator: AsyncIteratorProtocol {
    let call: ServerCall

    /// The next request; nil at the end. Throws `INVALID_ARGUMENT` for a malformed one and `CancellationError` when the
    /// caller has gone or the task is cancelled: it waits no longer, and the call can only be ended then.
    package mutating func next() async throws -> Request? {
      try await call.receiveUnlessCancelled()?.unpackedRequest(memoryLimit: call.memoryLimit)
    }
  }

  /// The one iterator.
  package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(call: call) }
}
