internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition
internal import VoiceServiceKit

/// A service that lets the console in for what it is and asks nobody for a key: here the key of who is signed in must
/// be good for what is called, by the same table as at the gateway.
struct GuardedUpstream: Sendable {
  private let upstream: Upstream

  init(_ upstream: Upstream) { self.upstream = upstream }

  /// Calls a method with one request and one response. Throws `RecognitionError`.
  func call<Request, Response>(
    _ method: UnaryMethod<Request, Response>, _ request: Request
  ) async throws -> Response {
    try await Visitor.current?.check(method.path)
    return try await upstream.call(method, request)
  }

  /// Calls a method with a stream of responses; nil is no time limit.
  func call<Request, Response>(
    _ method: ServerStreamingMethod<Request, Response>, _ request: Request, timeout: Duration?
  ) async throws -> UpstreamResponses<Response> {
    try await Visitor.current?.check(method.path)
    return try await upstream.call(method, request, timeout: timeout)
  }
}
