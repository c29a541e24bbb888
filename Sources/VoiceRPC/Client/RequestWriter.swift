package import VoiceMessages

/// Sends the requests of a call, one at a time.
package struct RequestWriter<Request: Message>: Sendable {
  let call: ClientCall

  /// Sends a request; returns when the connection has taken it.
  ///
  /// Throws when the call has ended: let that error out of the closure that was given the writer, and the method that
  /// was called throws the call's status.
  package func write(_ request: Request) async throws { try await call.send(.packing(request)) }

  /// Says that no more requests come, before the closure that was given the writer returns.
  package func finish() async throws { try await call.finishSending() }
}
