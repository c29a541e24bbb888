package import VoiceMessages

/// Sends the responses of a call, one at a time.
package struct MessageWriter<Response: Message>: Sendable {
  let call: ServerCall

  /// Sends a response; returns when the connection has taken it. Throws `CancellationError` when the caller has gone.
  package func write(_ response: Response) async throws { try await call.send(.packing(response)) }
}
