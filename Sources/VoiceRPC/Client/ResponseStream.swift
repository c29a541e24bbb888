package import VoiceMessages

/// The responses of a call, for one reader: iterate once. It ends with the call; a status other than `OK` is thrown.
///
/// When it is dropped before its end the call is cancelled.
package struct ResponseStream<Response: Message>: AsyncSequence, Sendable {
  let call: ClientCall

  /// What the server sent before the first response; waits for it.
  package var metadata: Metadata {
    get async { await call.responseMetadata() }
  }

  /// What the server sent after the last response, once all responses are read: the call does not end before.
  package var trailers: Metadata {
    get async { await call.end().trailers }
  }

  /// Reads the responses.
  package struct AsyncIterator: AsyncIteratorProtocol {
    let call: ClientCall

    /// The next response; nil at the end. Throws `RPCError`.
    package mutating func next() async throws -> Response? {
      try await call.receive()?.unpackedResponse(memoryLimit: call.memoryLimit)
    }
  }

  /// The one iterator.
  package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(call: call) }
}
